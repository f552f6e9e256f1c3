import { beforeEach, describe, expect, it, vi } from "vitest";

const sdk = vi.hoisted(() => ({
  app: {
    initialize: vi.fn(),
    getContext: vi.fn(),
    registerOnThemeChangeHandler: vi.fn(),
    openLink: vi.fn(),
    notifySuccess: vi.fn(),
  },
  authentication: { getAuthToken: vi.fn(), authenticate: vi.fn() },
  pages: { backStack: { isSupported: vi.fn(), registerBackButtonHandler: vi.fn() } },
}));
vi.mock("@microsoft/teams-js", () => sdk);
const { connectTeams, WindowEnded } = await import("./teams");

const context = (client: string, more: object = {}) => ({
  app: { theme: "dark", locale: "fr-fr", host: { clientType: client } },
  page: {},
  user: { displayName: "Ana" },
  ...more,
});
const tokenUntil = (seconds: number) => `x.${btoa(JSON.stringify({ exp: seconds }))}.x`;

beforeEach(() => {
  vi.resetAllMocks();
  sdk.app.getContext.mockResolvedValue(context("web"));
});

describe("Teams around the tab", () => {
  it("is trusted by exact origins, and tells what it is", async () => {
    sdk.app.getContext.mockResolvedValue(context("ipados", { page: { subPageId: "m/7" } }));
    const teams = await connectTeams(["https://teams.microsoft.com"]);
    expect(sdk.app.initialize).toHaveBeenCalledWith(["https://teams.microsoft.com"]);
    expect(teams.context).toEqual({
      theme: "dark",
      locale: "fr-fr",
      platform: "ios",
      mobile: true,
      subPageId: "m/7",
      userName: "Ana",
    });
    for (const [client, platform] of [
      ["android", "android"],
      ["macos", "desktop"],
      ["web", "web"],
    ]) {
      sdk.app.getContext.mockResolvedValue(context(client ?? ""));
      expect((await connectTeams([])).context.platform).toBe(platform);
    }
  });

  it("is asked for a token once at a time, and again when it is about to end", async () => {
    const teams = await connectTeams([]);
    const lasting = tokenUntil(Date.now() / 1000 + 3600);
    sdk.authentication.getAuthToken.mockResolvedValue(lasting);
    expect(await Promise.all([teams.token(), teams.token()])).toEqual([lasting, lasting]);
    await teams.token();
    expect(sdk.authentication.getAuthToken).toHaveBeenCalledTimes(1);
    await teams.token(true);
    expect(sdk.authentication.getAuthToken).toHaveBeenCalledTimes(2);
    sdk.authentication.getAuthToken.mockResolvedValue(tokenUntil(Date.now() / 1000 + 30));
    await teams.token(true);
    await teams.token();
    expect(sdk.authentication.getAuthToken).toHaveBeenCalledTimes(4);
  });

  it("opens windows on https only, and says when the person closed one", async () => {
    const teams = await connectTeams([]);
    sdk.authentication.authenticate.mockResolvedValueOnce("code");
    expect(await teams.authenticate("http://localhost:8080/connect/i1")).toBe("code");
    expect(sdk.authentication.authenticate.mock.calls[0]?.[0].url).toBe("https://localhost:8080/connect/i1");
    sdk.authentication.authenticate.mockRejectedValueOnce(new Error("CancelledByUser"));
    await expect(teams.authenticate("https://x.example")).rejects.toBeInstanceOf(WindowEnded);
  });

  it("hands on the theme, and takes the back button where there is one", async () => {
    const teams = await connectTeams([]);
    const told = vi.fn();
    teams.onTheme(told);
    sdk.app.registerOnThemeChangeHandler.mock.calls[0]?.[0]("contrast");
    expect(told).toHaveBeenCalledWith("contrast");
    teams.onBack(() => true);
    expect(sdk.pages.backStack.registerBackButtonHandler).not.toHaveBeenCalled();
    sdk.pages.backStack.isSupported.mockReturnValue(true);
    teams.onBack(() => true);
    expect(sdk.pages.backStack.registerBackButtonHandler).toHaveBeenCalledTimes(1);
  });
});
