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
  FrameContexts: { settings: "settings" },
  ChannelType: { Private: "Private" },
  pages: {
    config: { registerOnSaveHandler: vi.fn(), setConfig: vi.fn(), setValidityState: vi.fn() },
    backStack: { isSupported: vi.fn(), registerBackButtonHandler: vi.fn() },
  },
}));
vi.mock("@microsoft/teams-js", () => sdk);
const { connectTeams, WindowEnded } = await import("./teams");

const context = (client: string, more: object = {}) => ({
  app: {
    theme: "dark",
    locale: "fr-fr",
    osLocaleInfo: { timezone: "Europe/Paris" },
    host: { clientType: client },
  },
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
  it("opens pages and Zoom's client, and nothing else", async () => {
    const teams = await connectTeams([]);
    for (const url of [
      "https://zoom.us/j/1",
      "http://localhost:8080/m/1/start",
      "zoommtg://zoom.us/join?action=join",
    ]) {
      await teams.openLink(url);
      expect(sdk.app.openLink).toHaveBeenLastCalledWith(url);
    }
    for (const url of [
      "javascript:alert(1)",
      " javascript:alert(1)",
      "data:text/html,x",
      "file:///etc/passwd",
      "/m/1",
      "",
    ]) {
      await expect(teams.openLink(url)).rejects.toThrow("not a page");
    }
    expect(sdk.app.openLink).toHaveBeenCalledTimes(3);
  });

  it("is trusted by exact origins, and tells what it is", async () => {
    sdk.app.getContext.mockResolvedValue(context("ipados", { page: { subPageId: "m/7" } }));
    const teams = await connectTeams(["https://teams.microsoft.com"]);
    expect(sdk.app.initialize).toHaveBeenCalledWith(["https://teams.microsoft.com"]);
    expect(teams.context).toEqual({
      theme: "dark",
      locale: "fr-fr",
      zone: "Europe/Paris",
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

  it("tells in which chat or channel it stands, and whether it is being added there", async () => {
    expect((await connectTeams([])).context).not.toHaveProperty("conversation");
    sdk.app.getContext.mockResolvedValue(context("web", { chat: { id: "19:c@thread.v2" } }));
    expect((await connectTeams([])).context.conversation).toEqual({ id: "19:c@thread.v2" });
    sdk.app.getContext.mockResolvedValue(
      context("web", {
        page: { frameContext: "settings" },
        channel: { id: "19:d@thread.tacv2", displayName: "Development" },
        team: { internalId: "19:t@thread.tacv2" },
      }),
    );
    const { context: found } = await connectTeams([]);
    expect(found.conversation).toEqual({
      id: "19:d@thread.tacv2",
      team: "19:t@thread.tacv2",
      name: "Development",
    });
    expect(found.setup).toBe(true);
    for (const [kind, known] of [
      ["Private", true],
      ["Shared", undefined],
    ] as const) {
      sdk.app.getContext.mockResolvedValue(
        context("web", { channel: { id: "19:d@thread.tacv2", membershipType: kind } }),
      );
      expect((await connectTeams([])).context.conversation?.private).toBe(known);
    }
  });

  it("is added under a name when the person saves, and says when Teams does not take it", async () => {
    const teams = await connectTeams([]);
    teams.offerTab("Zoom meetings");
    expect(sdk.pages.config.setValidityState).toHaveBeenCalledWith(true);
    const save = sdk.pages.config.registerOnSaveHandler.mock.calls[0]?.[0];
    const saving = { notifySuccess: vi.fn(), notifyFailure: vi.fn() };
    sdk.pages.config.setConfig.mockResolvedValueOnce(undefined);
    save(saving);
    await vi.waitFor(() => expect(saving.notifySuccess).toHaveBeenCalled());
    expect(sdk.pages.config.setConfig).toHaveBeenCalledWith({
      entityId: "conversation",
      suggestedDisplayName: "Zoom meetings",
      contentUrl: `${window.location.origin}/tab`,
      websiteUrl: `${window.location.origin}/`,
    });
    sdk.pages.config.setConfig.mockRejectedValueOnce(new Error("not allowed"));
    save(saving);
    await vi.waitFor(() => expect(saving.notifyFailure).toHaveBeenCalledWith("Error: not allowed"));
  });
});
