import { cleanup, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { type OpenOptions, openTab } from "../testing/page";
import { refusal } from "../testing/stub";

const chat = { id: "19:launch@thread.v2" };
const channel = { id: "19:dev@thread.tacv2", team: "19:apollo@thread.tacv2", name: "Development" };
const at = "/conversations/19%3Alaunch%40thread.v2";

const open = (world?: OpenOptions["world"], context: OpenOptions["context"] = {}) =>
  openTab("", { context: { conversation: chat, ...context }, ...(world ? { world } : {}) });
const press = async (name: string | RegExp) => userEvent.click(await screen.findByRole("button", { name }));

describe("the tab of a conversation", () => {
  it("lists what is to come and what is over, whether Zoom is connected or not", async () => {
    open((stub) => {
      stub.me.zoom = "not_linked";
      const [first] = stub.here.upcoming;
      if (first)
        stub.here.past = [
          { ...first, topic: "Retrospective", start: "2026-03-02T10:00:00Z", end: "2026-03-02T10:30:00Z" },
        ];
      stub.here.upcoming = stub.here.upcoming.map((one) => ({
        ...one,
        host: false,
        topic: one === first ? "" : one.topic,
      }));
    });
    expect(await screen.findByRole("heading", { level: 1, name: "Zoom meetings in Launch" })).toBeTruthy();
    expect(await screen.findByRole("link", { name: "Private meeting" })).toBeTruthy();
    const past = within(screen.getByRole("region", { name: "Earlier" }));
    await userEvent.click(past.getByRole("link", { name: "Retrospective" }));
    expect(window.location.hash).toMatch(/^#\/m\//);
  });

  it("says that nothing is there", async () => {
    open((stub) => {
      stub.here.upcoming = [];
    });
    expect(await screen.findByText("No Zoom meetings here yet")).toBeTruthy();
    expect(screen.queryByRole("region", { name: "Earlier" })).toBeNull();
  });

  it("says when the app is not there, and looks again", async () => {
    const { stub } = open((stub) => {
      stub.here.posts = "not_installed";
      stub.here.upcoming = [];
    });
    expect(await screen.findByText("Causeway is not in this conversation")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Start now" })).toBeNull();
    stub.here.posts = "yes";
    await press("Check again");
    expect(await screen.findByRole("button", { name: "Start now" })).toBeTruthy();
  });

  it("says that there is no card where Teams lets no app post, and has meetings made all the same", async () => {
    openTab("", {
      context: { conversation: channel },
      world: (stub) => {
        stub.here.posts = "refused";
      },
    });
    expect(await screen.findByText(/Teams lets no app post in this channel/)).toBeTruthy();
    expect(screen.getByRole("button", { name: "Schedule" })).toBeTruthy();
  });

  it("says so of a private channel before anything was refused there", async () => {
    openTab("", { context: { conversation: { ...channel, private: true } } });
    expect(await screen.findByText(/Teams lets no app post in this channel/)).toBeTruthy();
    cleanup();
    openTab("", { context: { conversation: channel } });
    expect(await screen.findByRole("button", { name: "Schedule" })).toBeTruthy();
    expect(screen.queryByText(/Teams lets no app post in this channel/)).toBeNull();
  });

  it("lets a member allow posting in a channel, before anything can be made there", async () => {
    const { stub } = openTab("", {
      context: { conversation: channel },
      world: (stub) => {
        stub.here = { ...stub.here, name: "", posts: "not_asked" };
      },
    });
    expect(
      await screen.findByRole("heading", { level: 1, name: "Zoom meetings in Development" }),
    ).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Schedule" })).toBeNull();
    await press("Allow posting here");
    expect(await screen.findByRole("button", { name: "Schedule" })).toBeTruthy();
    const call = stub.calls.find(({ path }) => path.endsWith("/admission"));
    expect(call?.query).toEqual({ team: channel.team });
  });

  it("schedules here, for everybody or for those who are named", async () => {
    const { stub } = open((stub) => {
      stub.form.here = { others: 4, many: false };
      stub.form.input.who = "everyone";
    });
    await press("Schedule");
    await userEvent.type(await screen.findByRole("textbox", { name: "Topic" }), "Go or no-go");
    expect(
      (screen.getByRole("radio", { name: "Everyone here (4 other people)" }) as HTMLInputElement).checked,
    ).toBe(true);
    await userEvent.click(screen.getByRole("radio", { name: "Only the people named below" }));
    await press("Schedule");
    await waitFor(() => expect(stub.changes()).toContain("POST /meetings"));
    const made = stub.calls.find(({ method, path }) => method === "POST" && path === "/meetings");
    expect(made?.body).toMatchObject({
      conversation: chat.id,
      input: { topic: "Go or no-go", who: "chosen" },
    });
    expect(stub.calls.find(({ path }) => path === "/meetings/form")?.query).toEqual({
      conversation: chat.id,
    });
  });

  it("offers no invitation of everybody where there are too many", async () => {
    open((stub) => {
      stub.form.here = { others: 700, many: true };
      stub.form.input.who = "chosen";
    });
    await press("Schedule");
    const everyone = await screen.findByRole("radio", { name: "Everyone here (700 other people)" });
    expect((everyone as HTMLInputElement).disabled).toBe(true);
  });

  it("starts one here at once", async () => {
    const { stub, teams } = open();
    await press("Start now");
    await waitFor(() => expect(teams.opened).toHaveLength(1));
    expect(stub.calls.find(({ path }) => path === "/meetings/now")?.body).toMatchObject({
      conversation: chat.id,
    });
  });

  it("asks for Zoom only when something is done that needs it, and goes on then", async () => {
    open((stub) => {
      stub.me.zoom = "not_linked";
    });
    await press("Schedule");
    await press("Connect Zoom");
    expect(await screen.findByRole("textbox", { name: "Topic" })).toBeTruthy();
  });

  it("says why there is no list, and keeps the last one when it grows old", async () => {
    const { stub, say, hears } = open(
      (stub) =>
        void stub.instead.set(
          `GET ${at}/meetings`,
          refusal("forbidden", 403, "You are not in this conversation."),
        ),
    );
    expect(await screen.findByText("You are not in this conversation.")).toBeTruthy();
    stub.instead.clear();
    await press("Try again");
    await screen.findByRole("button", { name: "Start now" });
    expect(hears()).toBe("/api/events?conversation=19%3Alaunch%40thread.v2");
    stub.instead.set(`GET ${at}/meetings`, { status: 0 });
    say("meetings");
    expect(await screen.findByText(/^You are offline\./)).toBeTruthy();
    expect(screen.getByRole("button", { name: "Start now" })).toBeTruthy();
  });
});

describe("a series in the tab of a conversation", () => {
  it("is followed there, and not any more", async () => {
    const { stub, teams } = open((stub) => {
      stub.follows = false;
    });
    const [first] = stub.here.upcoming;
    await userEvent.click(await screen.findByRole("link", { name: first?.topic ?? "" }));
    const follow = /^Post a card here for each meeting of this series/;
    await userEvent.click(await screen.findByRole("switch", { name: follow }));
    await waitFor(() =>
      expect((screen.getByRole("switch", { name: follow }) as HTMLInputElement).checked).toBe(true),
    );
    const switched = () => screen.getByRole("switch", { name: follow }) as HTMLInputElement;
    await waitFor(() => expect(switched().disabled).toBe(false));
    const call = stub.calls.find(({ method }) => method === "PUT");
    expect(call?.body).toEqual({ conversation: chat.id, on: true });
    stub.instead.set(`PUT ${call?.path}`, refusal("forbidden", 403, "Causeway is not in this conversation."));
    await userEvent.click(screen.getByRole("switch", { name: follow }));
    expect(await screen.findAllByText("Causeway is not in this conversation.")).toHaveLength(2); // shown, and said
    expect(teams.opened).toEqual([]);
  });
});

describe("adding the tab", () => {
  it("needs no sign-in, and is offered under its name", async () => {
    const { stub, teams } = open(undefined, { setup: true, locale: "fr-fr" });
    expect(
      await screen.findByRole("heading", { name: "Les réunions Zoom de cette conversation" }),
    ).toBeTruthy();
    expect(teams.offered).toBe("Réunions Zoom");
    expect(screen.getByText(/Causeway vient avec et publie les cartes/)).toBeTruthy();
    expect(stub.calls.filter(({ path }) => path !== "/me")).toEqual([]);
    expect(stub.calls).toEqual([]);
  });

  it("to a channel promises no cards before somebody there has allowed them", async () => {
    open(undefined, { conversation: channel, setup: true });
    expect(
      await screen.findByText(/posts the cards of meetings once somebody has allowed that/),
    ).toBeTruthy();
  });
});
