import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openTab } from "../testing/page";
import { detail, details } from "../testing/seed";
import { refusal } from "../testing/stub";

afterEach(() => vi.useRealTimers());

// What a dialog covers is hidden from the rest, and jsdom is not always told in time what is the dialog: names find it anyway.
const press = async (name: string | RegExp) =>
  userEvent.click(await screen.findByRole("button", { name, hidden: true }));
const dialog = async () =>
  within(
    (await screen.findByText(/^(Share to a chat or|Cancel the meeting)/)).closest("form") as HTMLElement,
  );

describe("a meeting", () => {
  it("is opened by a link of Teams, and shows everything", async () => {
    openTab("m/m1");
    expect(await screen.findByRole("heading", { name: "Launch review", level: 1 })).toBeTruthy();
    for (const text of [
      "852 1234 5678",
      "4k9PzT",
      "Launch",
      "In your calendar",
      "5 invited",
      "2 accepted · 1 maybe · 1 declined",
      "Room",
      "Guest",
    ])
      expect(
        screen.getAllByText((_, node) => node?.textContent?.includes(text) ?? false).length,
      ).toBeGreaterThan(0);
    expect(screen.getByText(/What is missing for the launch/)).toBeTruthy();
  });

  it("of a whole day is on the day of its own zone", async () => {
    openTab("m/e1", {
      world: (stub) => {
        const day = {
          start: "2026-03-10T08:00:00Z",
          end: "2026-03-11T07:00:00Z",
          zone: "America/Los_Angeles",
        };
        stub.meetings = stub.meetings.map((one) => (one.key === "e1" ? { ...one, ...day } : one));
      },
    });
    expect(await screen.findByText(/^Tuesday,? 10 March · All day$/)).toBeTruthy();
  });

  it("copies the invitation and each part of it", async () => {
    const user = userEvent.setup();
    openTab("m/m1");
    await user.click(await screen.findByRole("button", { name: "Copy invitation" }));
    expect(await navigator.clipboard.readText()).toContain("Meeting ID: 852 1234 5678");
    await user.click(screen.getByRole("button", { name: "Copy: Meeting ID" }));
    expect(await navigator.clipboard.readText()).toBe("85212345678");
    expect(screen.getAllByText("Copied: Meeting ID").length).toBeGreaterThan(0);
  });

  it("starts by a ticket, and joins by the link", async () => {
    const { teams } = openTab("m/m1");
    await press("Start");
    await waitFor(() => expect(teams.opened).toEqual(["http://localhost:8080/m/m1/start?ticket=t"]));
    await press("Join");
    await waitFor(() => expect(teams.opened).toHaveLength(2));
  });

  it("of somebody else offers no change", async () => {
    openTab("m/m2");
    expect(await screen.findByRole("button", { name: "Join" })).toBeTruthy();
    for (const name of ["Start", "Change", "Cancel meeting"])
      expect(screen.queryByRole("button", { name })).toBeNull();
    expect(screen.getByText("Every week on Wednesday, until 24 June 2026")).toBeTruthy();
  });

  it("to which one is invited is answered, once however often it is clicked, and answered otherwise", async () => {
    const { stub } = openTab("m/m2", {
      world: (stub) => {
        stub.asked = { answer: "none", open: true };
      },
    });
    const asked = within(await screen.findByRole("region", { name: "Are you coming?" }));
    expect(asked.getByText("For the whole series")).toBeTruthy();
    const release = stub.hold("PUT /meetings/m2/answer");
    for (let n = 0; n < 3; n++) await userEvent.click(asked.getByRole("button", { name: "Accept" }));
    release();
    expect(await asked.findByText("You answered from here: accepted")).toBeTruthy();
    expect(asked.getByRole("button", { name: "Accept", pressed: true })).toBeTruthy();
    await userEvent.click(asked.getByRole("button", { name: "Accept" }));
    await userEvent.click(asked.getByRole("button", { name: "Decline" }));
    expect(await asked.findByText("You answered from here: declined")).toBeTruthy();
    expect(asked.queryByRole("button")).toBeNull();
    const given = stub.calls.filter(({ method }) => method === "PUT").map(({ body }) => body);
    expect(given).toEqual([
      { answer: "accepted", edition: 3 },
      { answer: "declined", edition: 3 },
    ]);
  });

  it("that cannot be answered says why, and shows what it has become", async () => {
    const { stub } = openTab("m/m2", {
      world: (stub) => {
        stub.asked = { answer: "none", open: true };
      },
    });
    stub.instead.set("PUT /meetings/m2/answer", refusal("conflict", 409, "This meeting was cancelled."));
    await press("Maybe");
    expect(await screen.findAllByText("This meeting was cancelled.")).not.toHaveLength(0);
    const readings = () =>
      stub.calls.filter(({ method, path }) => method === "GET" && path === "/meetings/m2");
    await waitFor(() => expect(readings()).toHaveLength(2));
  });

  it("is answered with a calendar alone, which can be connected there", async () => {
    const { stub } = openTab("m/m2", {
      world: (stub) => {
        stub.me.calendarState = "missing";
        stub.asked = { answer: "none", open: true };
      },
    });
    expect(await screen.findByText(/To answer here, connect your calendar/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Accept" })).toBeNull();
    await press("Connect calendar");
    expect(await screen.findByRole("button", { name: "Accept" })).toBeTruthy();
    expect(stub.changes()).toContain("POST /connect/complete");
  });

  it("says no answer of those whose answer it does not know", async () => {
    openTab("m/m1", {
      world: (stub) => {
        const invitees = [
          { name: "Ben Okafor", kind: "person", answer: "none" },
          { name: "Kim", kind: "guest" },
        ];
        stub.instead.set("GET /meetings/m1", { status: 200, body: { ...detail("m1"), invitees } });
      },
    });
    expect(await screen.findByText("Kim")).toBeTruthy();
    expect(screen.getAllByText("No answer yet")).toHaveLength(1);
  });

  it("that was held shows what remains of it", async () => {
    const { teams } = openTab("m/m5");
    const recap = within(await screen.findByRole("region", { name: "After the meeting" }));
    for (const text of [
      /transcript and the meeting’s chat are ready/,
      /7hQ2xx/,
      /onboarding was received well/,
    ])
      expect(recap.getByText(text)).toBeTruthy();
    await press("Watch the recording");
    await press("Read the whole summary");
    await waitFor(() =>
      expect(teams.opened).toEqual([
        "https://zoom.example/rec/share/weekly",
        "https://docs.zoom.example/doc/weekly",
      ]),
    );
  });

  it("says its problems, and that it is gone", async () => {
    openTab("m/m5");
    expect(await screen.findByText("The room Harbour declined the meeting of 9 March.")).toBeTruthy();
  });

  it("that is gone says so, and leads back to the list", async () => {
    openTab("m/unknown");
    expect(await screen.findByText("This meeting is gone")).toBeTruthy();
    await press("Back");
    expect(await screen.findByRole("heading", { name: "Meetings" })).toBeTruthy();
  });

  it("goes back by the button of Teams, and not further than the list", async () => {
    const { teams } = openTab("m/m1");
    await screen.findByRole("heading", { name: "Launch review", level: 1 });
    expect(teams.pressBack()).toBe(true);
    expect(await screen.findByRole("heading", { name: "Meetings" })).toBeTruthy();
    expect(teams.pressBack()).toBe(false);
  });
});

describe("sharing", () => {
  it("posts to the chosen chat, and says what came of it", async () => {
    const { stub } = openTab("m/m1");
    await press("Share to a chat");
    const form = await dialog();
    await userEvent.click(await form.findByLabelText(/General/));
    await userEvent.click(form.getByText("Share"));
    await waitFor(() => expect(stub.changes()).toEqual(["POST /meetings/m1/share"]));
    expect(stub.calls.at(-1)?.body).toEqual({ conversation: "19:apollo@thread.tacv2" });
    expect((await screen.findAllByText("Shared in Launch.")).length).toBeGreaterThan(0);
  });

  it("has the chat follow a series when the person says so", async () => {
    const { stub } = openTab("m/m5");
    await press("Share to a chat");
    const form = await dialog();
    await userEvent.click(await form.findByLabelText(/General/));
    await userEvent.click(form.getByRole("checkbox", { name: /^Also post a card for each/ }));
    await userEvent.click(form.getByText("Share"));
    await waitFor(() =>
      expect(stub.changes()).toEqual(["POST /meetings/m5/share", "PUT /meetings/m5/following"]),
    );
    expect(stub.calls.at(-1)?.body).toEqual({ conversation: "19:apollo@thread.tacv2", on: true });
  });

  it("says where each meeting of a series gets a card, and ends that", async () => {
    const { stub } = openTab("m/m5", {
      world: () => {
        details.m5 = {
          ...details.m5,
          followedIn: [{ conversation: "19:apollo@thread.tacv2", name: "General" }],
        };
      },
    });
    expect(await screen.findByText("Each meeting of the series gets a card in General.")).toBeTruthy();
    await press("No more cards in General");
    await waitFor(() => expect(stub.changes()).toEqual(["PUT /meetings/m5/following"]));
    expect(stub.calls.find(({ method }) => method === "PUT")?.body).toEqual({
      conversation: "19:apollo@thread.tacv2",
      on: false,
    });
    details.m5 = { ...details.m5 };
    delete details.m5.followedIn;
  });

  it("says before who from outside would see it, and where Teams lets no app post", async () => {
    openTab("m/m1", {
      world: (stub) => {
        stub.conversations = [
          { id: "19:one@thread.v2", name: "Agency", kind: "group", outsiders: 2 },
          { id: "19:two@thread.v2", name: "Everyone", kind: "group", outsiders: 3, more_outsiders: true },
          { id: "19:three@thread.v2", name: "Crowd", kind: "group", more_outsiders: true },
          { id: "19:four@thread.tacv2", name: "Leads", kind: "channel", team: "Apollo", silenced: true },
        ];
      },
    });
    await press("Share to a chat");
    const form = await dialog();
    expect(await form.findByRole("radio", { name: /^Agency.*2 guests or people of other/ })).toBeTruthy();
    expect(form.getByRole("radio", { name: /^Everyone.*3 or more guests/ })).toBeTruthy();
    expect(form.getByRole("radio", { name: /^Crowd.*there may be guests/ })).toBeTruthy();
    const leads = form.getByRole<HTMLInputElement>("radio", {
      name: /^Leads.*lets no app post there.*Share the link/,
    });
    expect(leads.disabled).toBe(true);
  });

  it("says what to do when the bot is nowhere yet, and passes on the product's note", async () => {
    openTab("m/m1", {
      world: (stub) => {
        stub.conversations = [];
        stub.conversationNote = "Only chats where you are a member.";
      },
    });
    await press("Share to a chat");
    expect(await screen.findByText(/Causeway is not in any of your chats/)).toBeTruthy();
    expect(screen.getByText("Only chats where you are a member.")).toBeTruthy();
  });
});

describe("cancelling", () => {
  it("asks first, tells who hears of it, and takes a comment", async () => {
    const { stub } = openTab("m/m1");
    await press("Cancel meeting");
    const form = await dialog();
    expect(form.getByText(/5 people invited will be told/)).toBeTruthy();
    await userEvent.type(form.getByLabelText("Message to those invited"), "No launch today");
    expect(stub.changes()).toEqual([]);
    await userEvent.click(form.getByText("Yes, cancel it"));
    await waitFor(() => expect(stub.changes()).toEqual(["DELETE /meetings/m1"]));
    expect(stub.calls.find(({ method }) => method === "DELETE")?.query).toEqual({
      scope: "all",
      comment: "No launch today",
    });
    expect(await screen.findByText("Cancelled")).toBeTruthy();
  });

  it("of a series asks which part", async () => {
    const { stub } = openTab("m/m5");
    await press("Cancel meeting");
    const form = await dialog();
    expect(form.getByText(/^“.*” on Monday,? 9 March will be cancelled/)).toBeTruthy();
    await userEvent.click(form.getByLabelText("This and all after it"));
    await userEvent.click(form.getByText("Yes, cancel it"));
    await waitFor(() =>
      expect(stub.calls.find(({ method }) => method === "DELETE")?.query).toEqual({
        scope: "following",
        original: "2026-03-09T09:00:00Z",
      }),
    );
    expect(await screen.findByText(/” from Monday,? 9 March on will not take place/)).toBeTruthy();
  });

  it("that is refused stays, and says why", async () => {
    const { stub } = openTab("m/m1");
    stub.instead.set("DELETE /meetings/m1", refusal("conflict", 409, "It was changed meanwhile."));
    await press("Cancel meeting");
    const form = await dialog();
    await userEvent.click(form.getByText("Yes, cancel it"));
    expect(await form.findByText("It was changed meanwhile.")).toBeTruthy();
    await userEvent.click(form.getByText("Keep it"));
    expect(stub.meetings.some(({ key }) => key === "m1")).toBe(true);
  });
});
