import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openTab } from "../testing/page";
import { refusal } from "../testing/stub";

afterEach(() => vi.useRealTimers());

const submit = async (text: string) =>
  userEvent.click(await screen.findByText(text, { selector: "[type=submit]" }));

describe("joining", () => {
  it("takes a number with spaces and a passcode, opens Zoom, and says which meeting", async () => {
    const { stub, teams } = openTab("join");
    await userEvent.type(await screen.findByLabelText(/Meeting ID or link/), "852 1234-5678");
    await userEvent.type(screen.getByLabelText("Passcode"), "4k9PzT");
    await submit("Join");
    await waitFor(() => expect(teams.opened).toEqual(["https://meridian.zoom.example/j/85212345678"]));
    expect(stub.calls.find(({ path }) => path === "/join")?.body).toEqual({
      text: "852 1234-5678",
      passcode: "4k9PzT",
    });
    expect((await screen.findAllByText("“Launch review” opens in Zoom.")).length).toBeGreaterThan(0);
  });

  it("asks for no passcode with a link, which has it", async () => {
    openTab("join");
    await userEvent.type(await screen.findByLabelText(/Meeting ID or link/), "https://zoom.us/j/1?pwd=x");
    expect(screen.queryByLabelText("Passcode")).toBeNull();
  });

  it("says what is wrong before Zoom opens", async () => {
    const { stub, teams } = openTab("join");
    await screen.findByLabelText(/Meeting ID or link/);
    await submit("Join");
    expect(await screen.findByText("Enter the meeting first.")).toBeTruthy();
    stub.instead.set(
      "POST /join",
      refusal("invalid", 422, "Look again.", { fields: { text: "A meeting ID has 9 to 12 digits." } }),
    );
    await userEvent.type(screen.getByLabelText(/Meeting ID or link/), "12");
    await submit("Join");
    expect(await screen.findByText("A meeting ID has 9 to 12 digits.")).toBeTruthy();
    stub.instead.set("POST /join", refusal("not_found", 404, "This meeting has ended."));
    await submit("Join");
    expect((await screen.findAllByText("This meeting has ended.")).length).toBeGreaterThan(0);
    expect(teams.opened).toEqual([]);
  });
});

describe("sharing the screen", () => {
  it("opens share-only, and offers to join when that does not work", async () => {
    const { teams } = openTab("screen");
    await userEvent.type(await screen.findByLabelText(/Meeting ID/), "852 1234 5678");
    await submit("Share");
    expect(await screen.findByText("Zoom opens and asks which screen to share.")).toBeTruthy();
    await userEvent.click(screen.getByText("Join instead"));
    await waitFor(() =>
      expect(teams.opened).toEqual([
        "zoommtg://meridian.zoom.example/join?action=share",
        "https://meridian.zoom.example/j/1",
      ]),
    );
  });

  it("is offered wherever the product's table says that it works", async () => {
    openTab("screen", {
      context: { platform: "ios", mobile: true },
      world: (stub) => {
        stub.me.where.C12 = { desktop: "client", web: "client", android: "none", ios: "client" };
      },
    });
    expect(await screen.findByLabelText(/Meeting ID/)).toBeTruthy();
  });

  it("is not offered on a phone: the reason, and joining instead", async () => {
    openTab("screen", { context: { platform: "ios", mobile: true } });
    expect(await screen.findByText(/On a phone or tablet Zoom can only share/)).toBeTruthy();
    expect(screen.queryByLabelText(/Meeting ID/)).toBeNull();
    await userEvent.click(screen.getByText("Join a meeting"));
    expect(await screen.findByLabelText(/Meeting ID or link/)).toBeTruthy();
  });
});
