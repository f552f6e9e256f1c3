import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { arrived } from "./shell/MessageToasts";
import { changes, openPage } from "./testing/page";
import { chats, formCard, installCard } from "./testing/seed";
import { FakeEventSource } from "./testing/setup";

/** A window of the app: the pop-up that the page opened. */
class PopupWindow {
  closed = false;
  postMessage() {}
  focus() {}
  close() {
    this.closed = true;
  }
  say(func: string, ...args: unknown[]) {
    const data = { id: 1, func, args };
    window.dispatchEvent(
      new MessageEvent("message", {
        data,
        origin: "http://localhost:8080",
        source: this as unknown as Window,
      }),
    );
  }
}

const box = () => screen.findByRole("textbox", { name: "Type a message" });

async function choose(command: string): Promise<void> {
  await userEvent.click(await screen.findByRole("button", { name: "Causeway commands" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: new RegExp(command) }));
}

describe("the page", () => {
  it("is who its address says, and lists that person's chats", async () => {
    openPage("#/ben/chat");
    expect(await screen.findByText("Ben Okafor", { selector: "button span" })).toBeTruthy();
    expect(await screen.findByText("Launch")).toBeTruthy();
    expect(screen.getByText(/An emulation on this machine/)).toBeTruthy();
  });

  it("says who somebody is that came without a name, so that every link leads somewhere", async () => {
    openPage("");
    await userEvent.click(await screen.findByText("Launch"));
    expect(window.location.hash).toBe("#/ana/chat/launch");
    expect(await box()).toBeTruthy();
  });

  it("shows administration to the administrator only", async () => {
    openPage("#/ana/admin");
    expect(await screen.findByText("Only the administrator sees the approvals")).toBeTruthy();
    expect(within(screen.getByRole("navigation")).queryByText("Admin")).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Continue as the administrator" }));
    expect(await screen.findByText("Approve the Zoom app")).toBeTruthy();
  });

  it("opens the app's tab from the rail, and its chat beside it", async () => {
    openPage("#/ana/chat");
    await userEvent.click(
      await within(await screen.findByRole("navigation")).findByRole("button", { name: "Causeway" }),
    );
    expect(((await screen.findByTitle("Meetings")) as HTMLIFrameElement).src).toBe(
      "http://localhost:8080/tab",
    );
    expect(screen.getByRole("tab", { name: "Meetings" }).getAttribute("aria-selected")).toBe("true");
    await userEvent.click(screen.getByRole("tab", { name: /Chat/ }));
    expect(window.location.hash).toBe("#/ana/chat/bot");
  });

  it("carries the administrator's decisions to both sides", async () => {
    const stub = openPage("#/jo/admin", { empty: true });
    await userEvent.click(await screen.findByRole("button", { name: "Approve" }));
    await userEvent.click(screen.getByRole("button", { name: "Upload" }));
    await userEvent.click(screen.getByRole("button", { name: "Consent" }));
    await waitFor(() =>
      expect(changes(stub)).toEqual([
        "POST /zoom/approve",
        "POST /microsoft/upload",
        "POST /microsoft/consent",
      ]),
    );
  });

  it("says that no app is there before a package is uploaded, and offers none", async () => {
    openPage("#/ana/apps", { empty: true });
    expect(await screen.findByText("No app has been uploaded")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Causeway commands" })).toBeNull();
  });
});

describe("the developer's view of Zoom", () => {
  it("leads to the portal as the person who is looking", async () => {
    openPage("#/ana/developer/zoom");
    const link = await screen.findByRole("link", { name: /web portal/ });
    expect(link.getAttribute("href")).toBe("http://127.0.0.1:8082/portal/ana");
  });

  it("leads people without Zoom to the choice of somebody else", async () => {
    openPage("#/dev/developer/zoom");
    const link = await screen.findByRole("link", { name: /web portal/ });
    expect(link.getAttribute("href")).toBe("http://127.0.0.1:8082/portal");
  });
});

describe("a chat", () => {
  it("sends what is typed, once", async () => {
    const stub = openPage("#/ana/chat/launch");
    await userEvent.type(await box(), "Hello{Shift>}{Enter}{/Shift}all{Enter}");
    await waitFor(() => expect(changes(stub)).toEqual(["POST /people/ana/chats/launch/messages"]));
    expect(stub.calls.at(-1)?.method).toBe("GET");
    expect(stub.calls.find(({ method }) => method === "POST")?.body).toEqual({ text: "Hello\nall" });
    expect((await box()).textContent).toBe("");
  });

  it("mentions the bot when its name is called", async () => {
    const stub = openPage("#/ana/chat/launch");
    await userEvent.click(await screen.findByRole("button", { name: "Mention Causeway" }));
    await userEvent.type(await box(), "help{Enter}");
    await waitFor(() =>
      expect(stub.calls.find(({ method }) => method === "POST")?.body).toEqual({
        text: "help",
        mentionBot: true,
      }),
    );
  });

  it("shows the preview of a link that is pasted, and sends it along", async () => {
    const stub = openPage("#/ana/chat/launch");
    await userEvent.click(await box());
    await userEvent.paste("two words");
    await userEvent.clear(await box());
    await userEvent.paste("https://zoom.example/j/91234567890");
    expect(await screen.findByRole("button", { name: "Remove this card" })).toBeTruthy();
    expect((await box()).textContent).toBe("https://zoom.example/j/91234567890");
    await userEvent.click(screen.getByRole("button", { name: "Send" }));
    await waitFor(() =>
      expect(changes(stub)).toEqual([
        "POST /people/ana/chats/launch/paste",
        "POST /people/ana/chats/launch/messages",
      ]),
    );
    expect(stub.calls.filter(({ method }) => method === "POST").at(-1)?.body).toMatchObject({
      cards: [{ type: "AdaptiveCard" }],
    });
  });

  it("presses the action of a card by its number, and shows what came of it", async () => {
    const stub = openPage("#/ana/chat/launch");
    await userEvent.click(await screen.findByRole("button", { name: "Change" }));
    expect(await screen.findByText("Done.")).toBeTruthy();
    expect(changes(stub)).toEqual(["POST /people/ana/chats/launch/messages/6/actions/1"]);
  });

  it("shows a card that replaces another for this person alone", async () => {
    const stub = openPage("#/ana/chat/launch");
    const button = await screen.findByRole("button", { name: "Change" });
    stub.next({
      type: "card",
      card: {
        type: "AdaptiveCard",
        version: "1.5",
        body: [{ type: "TextBlock", text: "Only you see this" }],
      },
    });
    await userEvent.click(button);
    expect(await screen.findByText("Only you see this")).toBeTruthy();
  });

  it("says the suggested answers and the bot's commands", async () => {
    const stub = openPage("#/ana/chat/bot");
    await userEvent.click(await screen.findByRole("button", { name: "Schedule a meeting" }));
    await userEvent.click(await screen.findByRole("button", { name: "start" }));
    await waitFor(() =>
      expect(stub.calls.filter(({ method }) => method === "POST").map(({ body }) => body)).toEqual([
        { text: "schedule" },
        { text: "start" },
      ]),
    );
  });

  it("does not run what a message brings along", async () => {
    openPage("#/ben/mail/mail1");
    expect(await screen.findByText("Ana Duarte invites you to a Zoom meeting.")).toBeTruthy();
    expect(document.querySelector("main script")).toBeNull();
  });

  it("answers in the thread of a post", async () => {
    const stub = openPage("#/ana/teams/apollo-dev");
    const [first] = await screen.findAllByRole("button", { name: "Reply" });
    if (first) await userEvent.click(first);
    await userEvent.type(await screen.findByRole("textbox", { name: "Reply" }), "Me too{Enter}");
    await waitFor(() =>
      expect(stub.calls.find(({ method }) => method === "POST")?.body).toEqual({
        text: "Me too",
        replyTo: "c1",
      }),
    );
    await choose("Schedule a meeting");
    await waitFor(() =>
      expect(stub.calls.find(({ path }) => path.endsWith("/commands/schedule"))?.body).toMatchObject({
        replyTo: "c1",
      }),
    );
  });

  it("reads the messages again when the world says so", async () => {
    const stub = openPage("#/ana/chat/launch");
    await screen.findByText(/Lovely/);
    const before = stub.calls.length;
    FakeEventSource.opened.at(-1)?.say("chat:launch");
    await waitFor(() => expect(stub.calls.length).toBeGreaterThan(before));
    expect(stub.calls.slice(before).map(({ path }) => path)).toContain("/people/ana/chats/launch/messages");
  });
});

describe("an app's command", () => {
  it("goes from sign-in over installation to the form and its end", async () => {
    const popup = new PopupWindow();
    const opened = vi.fn(() => popup);
    vi.stubGlobal("open", opened);
    const stub = openPage("#/ana/chat/launch", { signIn: true });
    await choose("Schedule a meeting");
    await userEvent.click(await screen.findByRole("button", { name: "Connect Zoom" }));
    expect(opened).toHaveBeenCalledWith("http://localhost:8080/connect/i1", "_blank", expect.any(String));
    stub.next({ type: "dialog", dialog: { id: "d2", title: "Add Causeway", card: installCard } });
    popup.say("authentication.authenticate.success", "one-time");
    expect(await screen.findByText(/Nothing is added until you continue/)).toBeTruthy();
    expect(popup.closed).toBe(true);
    stub.next({ type: "dialog", dialog: { id: "d3", title: "Schedule a Zoom meeting", card: formCard } });
    await userEvent.click(await screen.findByRole("button", { name: "Continue" }));
    expect(await screen.findByLabelText(/Topic/)).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Schedule" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(changes(stub)).toEqual([
      "POST /people/ana/chats/launch/commands/schedule",
      "POST /popups/p1/complete",
      "POST /dialogs/d2/submit",
      "POST /dialogs/d3/submit",
    ]);
    expect(stub.calls.find(({ path }) => path === "/popups/p1/complete")?.body).toEqual({
      state: "one-time",
    });
    expect(stub.calls.find(({ path }) => path === "/dialogs/d3/submit")?.body).toMatchObject({
      action: 0,
      data: { topic: "Launch review" },
    });
  });

  it("tells when the sign-in window was closed, and offers it again", async () => {
    const popup = new PopupWindow();
    vi.stubGlobal("open", () => popup);
    openPage("#/ana/chat/launch", { signIn: true });
    await choose("Schedule a meeting");
    await userEvent.click(await screen.findByRole("button", { name: "Connect Zoom" }));
    expect(await screen.findByText("Waiting for the sign-in window…")).toBeTruthy();
    popup.closed = true;
    expect(await screen.findByText(/closed before the sign-in was finished/)).toBeTruthy();
    expect(screen.getByRole("button", { name: "Connect Zoom" })).toBeTruthy();
  });

  it("keeps the form when sending it failed", async () => {
    const stub = openPage("#/ana/chat/launch");
    await choose("Schedule a meeting");
    await userEvent.type(await screen.findByLabelText(/Topic/), " two");
    stub.next({ type: "error", text: "Unable to reach the app", status: 504 });
    await userEvent.click(screen.getByRole("button", { name: "Schedule" }));
    expect(await screen.findByText("Unable to reach the app")).toBeTruthy();
    expect(screen.getByLabelText<HTMLInputElement>(/Topic/).value).toBe("Launch review two");
  });

  it("cancels the dialog that is closed", async () => {
    const stub = openPage("#/ana/chat/launch");
    await choose("Schedule a meeting");
    await userEvent.click(await screen.findByLabelText(/Topic/)); // without layout nothing in it has the focus by itself
    await userEvent.click(await screen.findByRole("button", { name: "Close" }));
    await waitFor(() => expect(changes(stub)).toContain("POST /dialogs/d1/cancel"));
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("closes the dialog when a link in it leads elsewhere in Teams", async () => {
    const stub = openPage("#/ana/chat/launch");
    stub.next({
      type: "dialog",
      dialog: {
        id: "d1",
        title: "More options",
        card: {
          type: "AdaptiveCard",
          version: "1.5",
          body: [],
          actions: [
            {
              type: "Action.OpenUrl",
              title: "Open the full form",
              url: "https://teams.microsoft.com/l/entity/causeway/meetings?context=%7B%22subEntityId%22%3A%22typed%2F1%22%7D",
            },
          ],
        },
      },
    });
    await choose("Schedule a meeting");
    await userEvent.click(await screen.findByRole("link", { name: "Open the full form" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(window.location.hash).toBe(`#/ana/apps/${encodeURIComponent("causeway/meetings/typed/1")}`);
    expect(changes(stub)).toContain("POST /dialogs/d1/cancel");
  });

  it("finds, and lays what is chosen into the box to send", async () => {
    const stub = openPage("#/ana/chat/design");
    await choose("Find a meeting");
    await userEvent.click(await screen.findByRole("button", { name: /Launch review/ }));
    expect(await screen.findByRole("group", { name: "Card to send" })).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Send" }));
    await waitFor(() => expect(changes(stub).at(-1)).toBe("POST /people/ana/chats/design/messages"));
  });
});

it("tells of messages in other chats, not of one's own or the open one", () => {
  const before = new Map(chats.map((chat) => [chat.id, "2026-01-01"]));
  const heard = arrived(chats, before, "Ana Duarte", "launch").map(({ id }) => id);
  expect(heard).toContain("design");
  expect(heard).not.toContain("launch");
  expect(heard).not.toContain("pair");
  expect(heard).not.toContain("review");
  expect(
    arrived(chats, new Map(chats.map((chat) => [chat.id, chat.last?.at ?? ""])), "Ana Duarte", undefined),
  ).toEqual([]);
});
