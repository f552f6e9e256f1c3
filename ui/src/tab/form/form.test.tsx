import { cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Detail, Input } from "../api";
import { offline, openTab } from "../testing/page";
import { chatMeeting, detail, details, input, start } from "../testing/seed";
import { type Answer, refusal, type Stub } from "../testing/stub";
import { Dates } from "../text/dates";
import { translate } from "../text/text";
import { said } from "./Availability";
import { repeatSentence } from "./RepeatFields";

afterEach(() => vi.useRealTimers());

const press = async (name: string | RegExp) => userEvent.click(await screen.findByRole("button", { name }));
const topic = () => screen.findByLabelText(/^Topic/);
const sent = (stub: Stub) =>
  stub.calls
    .filter(({ method, path }) => method === "POST" && path === "/meetings")
    .map(({ body }) => body as { nonce: string; input: Input });

describe("scheduling", () => {
  it("sends everything that was entered, once, and shows the meeting", async () => {
    const { stub } = openTab("schedule");
    await userEvent.type(await topic(), "Planning");
    fireEvent.change(screen.getByLabelText(/^Date/), { target: { value: "2026-03-05" } });
    fireEvent.change(screen.getByLabelText(/^Time/, { selector: "input[type=time]" }), {
      target: { value: "14:15" },
    });
    await userEvent.selectOptions(screen.getByLabelText(/^Duration/), "45");
    await userEvent.type(screen.getByLabelText("Description"), "Where we go");
    const release = stub.hold("POST /meetings");
    await userEvent.dblClick(screen.getByRole("button", { name: "Schedule" }));
    release();
    expect(await screen.findByRole("heading", { name: "Planning", level: 1 })).toBeTruthy();
    expect(sent(stub)).toEqual([
      {
        nonce: "nonce-1",
        input: {
          ...input,
          topic: "Planning",
          date: "2026-03-05",
          time: "14:15",
          duration: "45",
          agenda: "Where we go",
        },
      },
    ]);
  });

  it("begins another meeting with what one has, on a day to come", async () => {
    const { stub } = openTab("m/m1");
    await press("Schedule another like it");
    expect(await screen.findByDisplayValue("Launch review")).toBeTruthy();
    await press("Schedule");
    await waitFor(() => expect(sent(stub)).toHaveLength(1));
    const before = details.m1?.input as Input; // at 9:52, when it is 11 o'clock
    expect(sent(stub)).toEqual([{ nonce: "nonce-1", input: { ...before, date: "2026-03-05" } }]);
  });

  it("begins another weekly series on the next of its days", async () => {
    const whole = detail("m1");
    const before = { ...whole, input: { ...whole?.input, repeat: "weekly", weekdays: "3,1" } };
    const { stub } = openTab("m/m1", {
      world: (stub) => stub.instead.set("GET /meetings/m1", { status: 200, body: before }),
    });
    await press("Schedule another like it");
    await press("Schedule");
    await waitFor(() => expect(sent(stub)).toHaveLength(1)); // on a Wednesday after its time of day: the next is a Monday
    expect(sent(stub)).toMatchObject([{ input: { date: "2026-03-09", repeat: "weekly", weekdays: "3,1" } }]);
  });

  it("asks for a topic before anything is sent", async () => {
    const { stub } = openTab("schedule");
    await topic();
    await press("Schedule");
    expect(await screen.findByText("Give the meeting a topic.")).toBeTruthy();
    await waitFor(() => expect(document.activeElement?.getAttribute("aria-invalid")).toBe("true"));
    expect(sent(stub)).toEqual([]);
  });

  it("says what is wrong beside each field, unfolds options for it, and forgets it when it is mended", async () => {
    const { stub } = openTab("schedule");
    stub.instead.set(
      "POST /meetings",
      refusal("invalid", 422, "Some fields need another look.", {
        fields: { date: "This time has passed.", alternative_hosts: "Nobody of your account." },
      }),
    );
    await userEvent.type(await topic(), "Planning");
    await press("Schedule");
    expect(await screen.findByText("This time has passed.")).toBeTruthy();
    expect(await screen.findByText("Nobody of your account.")).toBeTruthy();
    expect((await topic()).getAttribute("value")).toBe("Planning");
    fireEvent.change(screen.getByLabelText(/^Time/, { selector: "input[type=time]" }), {
      target: { value: "16:00" },
    });
    expect(screen.queryByText("This time has passed.")).toBeNull();
    expect(screen.getByText("Nobody of your account.")).toBeTruthy();
  });

  const rests = () =>
    screen.getByRole("button", { name: "Schedule" }).getAttribute("aria-disabled") === "true";

  it("has nothing to send while the product goes on by itself", async () => {
    const { stub } = openTab("schedule");
    await userEvent.type(await topic(), "Planning");
    stub.instead.set("POST /meetings", refusal("busy", 429, "It is still being made.", { retryAfter: 30 }));
    await press("Schedule");
    expect((await screen.findByRole("alert")).textContent).toMatch(/Next try: \d\d:40\./);
    expect(rests()).toBe(true);
    await press("Schedule");
    await userEvent.type(await topic(), "{Enter}");
    expect(sent(stub)).toHaveLength(1);
    await press("Close");
    expect(await screen.findByRole("heading", { name: "Meetings", level: 1 })).toBeTruthy();
  });

  it("keeps the nonce when the answer was lost, and takes another when it was refused", async () => {
    const { stub } = openTab("schedule");
    await userEvent.type(await topic(), "Planning");
    stub.instead.set("POST /meetings", offline);
    await press("Schedule");
    await screen.findByRole("alert");
    stub.instead.set("POST /meetings", refusal("busy", 429, "It is still being made.", { retryAfter: 30 }));
    await press("Schedule");
    expect((await screen.findAllByText("It is still being made.")).length).toBeGreaterThan(0);
    vi.setSystemTime(start.getTime() + 31_000);
    await waitFor(() => expect(rests()).toBe(false));
    stub.form = { ...stub.form, nonce: "nonce-2" };
    stub.instead.set("POST /meetings", refusal("unavailable", 503, "Zoom does not answer."));
    await press("Schedule");
    expect((await screen.findAllByText("Zoom does not answer.")).length).toBeGreaterThan(0);
    stub.instead.clear();
    await waitFor(() => expect(stub.calls.filter(({ path }) => path === "/meetings/form")).toHaveLength(2));
    await press("Schedule");
    await waitFor(() =>
      expect(sent(stub).map(({ nonce }) => nonce)).toEqual(["nonce-1", "nonce-1", "nonce-1", "nonce-2"]),
    );
  });

  it("passes on the notes of the product: 40 minutes, no calendar", async () => {
    openTab("schedule", {
      world: (stub) => {
        stub.form.notes = ["On your Zoom plan a meeting ends after 40 minutes."];
      },
    });
    expect(await screen.findByText("On your Zoom plan a meeting ends after 40 minutes.")).toBeTruthy();
  });

  it("goes on with what was begun in a conversation, for that one", async () => {
    const { stub } = openTab("typed/t1", {
      world: (stub) => {
        stub.form.input.topic = "Deployment";
        stub.form.here = { others: 2, many: false };
        stub.form.in = {
          conversation: "19:dev@thread.tacv2",
          team: "19:apollo@thread.tacv2",
          name: "Development",
        };
      },
    });
    expect(await screen.findByText("This meeting is for Development.")).toBeTruthy();
    expect(screen.getByRole("radio", { name: "Everyone there (2 other people)" })).toBeTruthy();
    await waitFor(() =>
      expect(stub.calls.findLast(({ path }) => path === "/availability")?.body).toMatchObject({
        everyone: true,
        conversation: "19:dev@thread.tacv2",
        team: "19:apollo@thread.tacv2",
      }),
    );
    expect((await topic()).getAttribute("value")).toBe("Deployment");
    await press("Schedule");
    await waitFor(() => expect(stub.changes()).toEqual(["POST /meetings"]));
    expect(stub.calls.find(({ path }) => path === "/meetings/form")?.query).toEqual({ typed: "t1" });
    expect(
      stub.calls.find(({ method, path }) => method === "POST" && path === "/meetings")?.body,
    ).toMatchObject({
      conversation: "19:dev@thread.tacv2",
      team: "19:apollo@thread.tacv2",
    });
  });

  it("sends the options, and reads the form again for another host", async () => {
    const { stub } = openTab("schedule");
    await userEvent.type(await topic(), "Planning");
    await press("More options");
    await userEvent.selectOptions(screen.getByLabelText(/^Schedule for/), "chloe.martin@meridian.example");
    await waitFor(() =>
      expect(stub.calls.some(({ query }) => query.for === "chloe.martin@meridian.example")).toBe(true),
    );
    await userEvent.click(screen.getByRole("switch", { name: /Waiting room/ }));
    await userEvent.click(screen.getByRole("switch", { name: /Private/ }));
    await userEvent.selectOptions(screen.getByLabelText("Record automatically"), "cloud");
    await userEvent.type(screen.getByLabelText("Alternative hosts"), "ben@x.example");
    expect(screen.getByRole("switch", { name: "Passcode" }).hasAttribute("disabled")).toBe(true);
    await press("Schedule");
    await waitFor(() =>
      expect(sent(stub)[0]?.input).toMatchObject({
        for: "chloe.martin@meridian.example",
        waiting_room: "false",
        private: "true",
        pmi: "false",
        recording: "cloud",
        alternative_hosts: "ben@x.example",
      }),
    );
  });

  it("leaves to a template what that decides, until there is none again", async () => {
    const { stub } = openTab("schedule");
    await userEvent.type(await topic(), "Planning");
    await press("More options");
    const template = screen.getByLabelText("Template");
    const decided = () => [
      ...screen.queryAllByRole("switch", { name: /Waiting room|before the host|camera|video|Mute/i }),
      ...screen.queryAllByLabelText("Record automatically"),
    ];
    const before = decided().length;
    expect(before).toBeGreaterThan(4);
    await userEvent.selectOptions(template, "Customer call");
    expect(decided()).toEqual([]);
    expect(screen.getByText(/are as the template says/)).toBeTruthy();
    expect(screen.getByRole("switch", { name: /Private/ })).toBeTruthy();
    await userEvent.selectOptions(template, "None");
    expect(decided().length).toBe(before);
    await userEvent.selectOptions(template, "Customer call");
    await press("Schedule");
    await waitFor(() => expect(sent(stub)[0]?.input.template).toBe("t1"));
  });
});

describe("the passcode", () => {
  it("may be one's own, by the rule of the account, and is made where it is left empty", async () => {
    const { stub } = openTab("schedule");
    await userEvent.type(await topic(), "Planning");
    await press("More options");
    const own = () => screen.getByLabelText("Your own passcode");
    expect(screen.getByText(/Your Zoom account takes: 6 to 10 characters, a digit\./)).toBeTruthy();
    await userEvent.type(own(), "short");
    stub.instead.set(
      "POST /meetings",
      refusal("invalid", 422, "Some fields need another look.", { fields: { passcode: "It is too short." } }),
    );
    await press("Schedule");
    expect(await screen.findByText("It is too short.")).toBeTruthy();
    expect(own().getAttribute("aria-invalid")).toBe("true");
    stub.instead.clear();
    await userEvent.clear(own());
    await userEvent.type(own(), "Sesame42");
    await press("Schedule");
    await waitFor(() => expect(sent(stub)).toHaveLength(2));
    expect(sent(stub).map(({ input }) => input.passcode)).toEqual(["short", "Sesame42"]);
  });

  it("has a field only where there is one to choose", async () => {
    openTab("schedule", {
      world: (stub) => {
        stub.form = { ...stub.form, passcodeRequired: false };
      },
    });
    await topic();
    await press("More options");
    const own = () => screen.queryByLabelText("Your own passcode");
    expect(own()).toBeTruthy();
    await userEvent.click(screen.getByRole("switch", { name: /personal meeting ID/ }));
    expect(own()).toBeNull(); // the room has its own
    await userEvent.click(screen.getByRole("switch", { name: /personal meeting ID/ }));
    await userEvent.click(screen.getByRole("switch", { name: "Passcode" }));
    expect(own()).toBeNull();
  });
});

describe("the personal meeting room", () => {
  const room = () => screen.getByRole("switch", { name: /personal meeting ID 412 345 6789/ });

  it("is for a single meeting of one's own alone, and left by what has no place there", async () => {
    const { stub } = openTab("schedule");
    await userEvent.type(await topic(), "Planning");
    await press("More options");
    await userEvent.click(room());
    expect(room().matches(":checked")).toBe(true);
    await userEvent.selectOptions(screen.getByLabelText("Repeats"), "daily");
    expect([room().matches(":checked"), room().hasAttribute("disabled")]).toEqual([false, true]);
    expect(screen.getByText(/^Not for a series, nor for somebody else/)).toBeTruthy();
    await userEvent.selectOptions(screen.getByLabelText("Repeats"), "");
    await userEvent.click(room());
    await userEvent.selectOptions(screen.getByLabelText(/^Schedule for/), "chloe.martin@meridian.example");
    expect([room().matches(":checked"), room().hasAttribute("disabled")]).toEqual([false, true]);
    await userEvent.selectOptions(screen.getByLabelText(/^Schedule for/), "");
    await userEvent.click(room());
    await press("Schedule");
    await waitFor(() => expect(sent(stub)[0]?.input).toMatchObject({ pmi: "true", for: "", repeat: "" }));
  });
});

describe("people and rooms", () => {
  it("are found while typing, and shown with who is free when", async () => {
    const { stub } = openTab("schedule");
    await userEvent.type(await screen.findByRole("combobox", { name: "Invite" }), "ben");
    await userEvent.click(await screen.findByRole("option", { name: /Ben Okafor/ }));
    await userEvent.click(screen.getByRole("combobox", { name: "Rooms" }));
    const room = await screen.findByRole("option", { name: /Harbour/ });
    expect(room.textContent).toContain("Free · 8 people · Quay 4");
    await userEvent.click(room);
    expect(await screen.findByRole("img", { name: /^Ben Okafor: busy/ })).toBeTruthy();
    expect(await screen.findByRole("img", { name: "Harbour: free" })).toBeTruthy();
    expect(stub.calls.findLast(({ path }) => path === "/availability")?.body).toMatchObject({
      addresses: ["ben.okafor@meridian.example", "harbour@meridian.example"],
      zone: "Europe/London",
      minutes: 30,
      from: "2026-03-04T07:00:00.000Z",
      to: "2026-03-04T20:00:00.000Z",
    });
    await userEvent.click(screen.getByRole("button", { name: /11:30/ }));
    expect(screen.getByLabelText(/^Time/, { selector: "input[type=time]" }).getAttribute("value")).toBe(
      "11:30",
    );
    await userEvent.click(screen.getByRole("button", { name: "Harbour Remove" }));
    expect(screen.queryByRole("button", { name: "Harbour Remove" })).toBeNull();
  });

  it("are counted against what the Zoom plan lets in, the host among them", async () => {
    openTab("schedule", {
      world: (stub) => {
        stub.form.capacity = 2;
        stub.form.contacts = "off";
      },
    });
    const invite = await screen.findByRole("combobox", { name: "Invite" });
    await userEvent.type(invite, "kim@partner.example{Enter}");
    expect(screen.queryByText(/Your Zoom plan lets/)).toBeNull();
    await userEvent.type(invite, "lee@partner.example{Enter}");
    expect(await screen.findByText(/Your Zoom plan lets 2 people into a meeting/)).toBeTruthy();
    expect(screen.getAllByText("outside meridian.example").length).toBe(2);
    await userEvent.type(invite, "lea@meridian.example{Enter}");
    expect(screen.getAllByText("outside meridian.example").length).toBe(2);
    await press("lea@meridian.example Remove");
    await press(/^lee@partner.example.* Remove$/);
    expect(screen.queryByText(/Your Zoom plan lets/)).toBeNull();
  });

  it("count everyone in the conversation who is invited, and look at their calendars", async () => {
    const conversation = { id: "19:launch@thread.v2", name: "" };
    const { stub } = openTab("schedule", {
      context: { conversation },
      world: (stub) => {
        stub.form.here = { others: 12, many: false };
        stub.form.input = { ...stub.form.input, who: "everyone" };
        stub.form.capacity = 12;
      },
    });
    const asked = () => stub.calls.findLast(({ path }) => path === "/availability")?.body;
    const holding = () => stub.calls.findLast(({ path }) => path === "/rooms")?.query.capacity;
    expect(await screen.findByText(/Your Zoom plan lets 12 people/)).toBeTruthy();
    await waitFor(() => expect(asked()).toMatchObject({ everyone: true, conversation: conversation.id }));
    await userEvent.click(screen.getByRole("combobox", { name: "Rooms" }));
    await waitFor(() => expect(holding()).toBe("13"));
    await userEvent.click(screen.getByRole("radio", { name: /^Only the people named below/ }));
    expect(screen.queryByText(/Your Zoom plan lets/)).toBeNull();
    await waitFor(() => expect(asked()).not.toHaveProperty("everyone"));
    await waitFor(() => expect(holding()).toBe("1"));
  });

  it("of the conversation are offered whatever is granted, with others where that is", async () => {
    for (const contacts of ["off", "granted"] as const) {
      const { stub } = openTab("schedule", {
        context: { conversation: { id: "19:launch@thread.v2", name: "" } },
        world: (stub) => {
          stub.form = { ...stub.form, contacts, here: { others: 2, many: false } };
          stub.form.input = { ...stub.form.input, topic: "Planning", who: "chosen" };
        },
      });
      await userEvent.click(await screen.findByRole("combobox", { name: "Invite" }));
      await userEvent.click(
        await screen.findByRole("option", { name: /Fay Lindqvist.*In this conversation/ }),
      );
      await userEvent.type(screen.getByRole("combobox", { name: "Invite" }), "b");
      await userEvent.click(await screen.findByRole("option", { name: /Ben Okafor/ }));
      if (contacts === "granted") {
        await userEvent.type(screen.getByRole("combobox", { name: "Invite" }), "b");
        await userEvent.click(await screen.findByRole("option", { name: /Bea Lindqvist/ }));
      } else expect(screen.getByText(/^Of people elsewhere, addresses can be typed/)).toBeTruthy();
      expect(stub.calls.some(({ path }) => path === "/people")).toBe(contacts === "granted");
      expect(await screen.findByText("The calendar of one of those invited could not be seen.")).toBeTruthy();
      await press("Schedule");
      await waitFor(() => expect(sent(stub)).toHaveLength(1));
      expect(sent(stub)[0]?.input.invitees.map(({ address }) => address)).toEqual([
        "id-fay",
        "ben.okafor@meridian.example",
        ...(contacts === "granted" ? ["bea.lindqvist@meridian.example"] : []),
      ]);
      cleanup();
    }
  });

  it("are not said to be free where their calendars could not be seen", async () => {
    openTab("schedule", {
      world: (stub) =>
        stub.instead.set("POST /availability", {
          status: 200,
          body: {
            people: [
              { name: "Chloé Martin", address: "chloe.martin@meridian.example", view: "0".repeat(26) },
            ],
            everybody: false,
            unseen: 2,
            proposals: [{ start: "2026-03-04T11:30:00Z", end: "2026-03-04T12:00:00Z" }],
            overlaps: [],
            clashes: [],
            checked: 0,
            notes: [],
          },
        }),
    });
    expect(await screen.findByRole("img", { name: "Chloé Martin: free" })).toBeTruthy();
    expect(
      screen.getByText("Everybody whose calendar could be seen is free at the chosen time."),
    ).toBeTruthy();
    expect(screen.getByText("The calendars of 2 of those invited could not be seen.")).toBeTruthy();
    expect(screen.getByText("Free, as far as calendars could be seen:")).toBeTruthy();
    expect(screen.queryByText(/Everybody invited is free|Everybody is free/)).toBeNull();
  });

  it("are said to be unknown when they could not be looked up", async () => {
    openTab("schedule", {
      world: (stub) =>
        stub.instead.set("POST /availability", refusal("unavailable", 503, "Outlook is away.")),
    });
    expect(await screen.findByText(/^Who is free could not be looked up just now/)).toBeTruthy();
  });

  it("are said to be free apart from oneself, with one's own day above theirs", async () => {
    openTab("schedule", {
      world: (stub) => {
        stub.overlaps = [
          { topic: "Lunch", start: "2026-03-04T11:00:00Z", end: "2026-03-04T12:00:00Z" },
          { topic: "Dentist", start: "2026-03-04T15:00:00Z", end: "2026-03-04T16:00:00Z" },
        ];
      },
    });
    await userEvent.click(await screen.findByRole("combobox", { name: "Rooms" }));
    await userEvent.click(await screen.findByRole("option", { name: /Harbour/ }));
    expect((await screen.findByRole("img", { name: /^You/ })).getAttribute("aria-label")).toMatch(
      /^You: busy 11:00.+15:00/,
    );
    const at = (time: string) =>
      fireEvent.change(screen.getByLabelText(/^Time/, { selector: "input[type=time]" }), {
        target: { value: time },
      });
    at("15:00");
    expect(await screen.findByText("Perhaps free at the chosen time: Harbour")).toBeTruthy();
    expect(screen.getByText(/You have “Dentist” at that time/)).toBeTruthy();
    expect(screen.queryByText(/You have “Lunch”/)).toBeNull();
    at("16:00");
    expect(await screen.findByText("Everybody invited is free at the chosen time.")).toBeTruthy();
  });

  it("of rooms only an administrator can allow: there is a text for that person", async () => {
    const { stub } = openTab("schedule", {
      world: (stub) => {
        stub.form.rooms = "missing";
      },
    });
    expect(await screen.findByRole("button", { name: "Copy the text" })).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Allow" })).toBeNull();
    const before = stub.calls.filter(({ path }) => path === "/meetings/form").length;
    await press("Check again");
    await waitFor(() =>
      expect(stub.calls.filter(({ path }) => path === "/meetings/form").length).toBeGreaterThan(before),
    );
  });

  it("warn of what of one's own overlaps", async () => {
    openTab("schedule", {
      world: (stub) => {
        stub.overlaps = [{ topic: "Lunch", start: "2026-03-04T11:00:00Z", end: "2026-03-04T12:00:00Z" }];
      },
    });
    expect(await screen.findByText(/You have “Lunch” at that time/)).toBeTruthy();
  });

  it("offer those for whom one may schedule and who are free then", async () => {
    const hours = (taken: string) => "0".repeat(8) + taken.repeat(2) + "0".repeat(16);
    const { stub } = openTab("schedule", {
      world: (stub) => {
        stub.form.hosts.push({ address: "ben.okafor@meridian.example", name: "Ben Okafor" });
        stub.form.hosts.push({ address: "dev.patel@meridian.example", name: "Dev Patel" });
        stub.overlaps = [{ topic: "Lunch", start: "2026-03-04T11:00:00Z", end: "2026-03-04T12:00:00Z" }];
        stub.free = [
          { address: "chloe.martin@meridian.example", view: hours("0") },
          { address: "ben.okafor@meridian.example", view: hours("2") },
        ];
      },
    });
    await press("Schedule for Chloé Martin, who is free");
    // Who is taken, or of whom nothing is known, is not offered; and once somebody is chosen, nobody else.
    expect(screen.queryByRole("button", { name: /^Schedule for/ })).toBeNull();
    await userEvent.type(await topic(), "Review");
    await press("Schedule");
    expect(sent(stub)[0]?.input.for).toBe("chloe.martin@meridian.example");
  });

  it("are looked at for each of the first meetings of a series, in whose name it may be", async () => {
    const { stub } = openTab("schedule", {
      world: (stub) => {
        stub.clashes = ["11", "18", "25", "30"].map((day) => ({
          topic: `Lunch ${day}`,
          start: `2026-03-${day}T11:00:00Z`,
          end: `2026-03-${day}T12:00:00Z`,
        }));
      },
    });
    await userEvent.selectOptions(await screen.findByLabelText("Repeats"), "weekly");
    await waitFor(() =>
      expect(stub.calls.findLast(({ path }) => path === "/availability")?.body).toMatchObject({
        series: {
          date: "2026-03-04",
          time: "11:00",
          repeat: "weekly",
          weekdays: "3",
          ends: "times",
          times: "10",
        },
      }),
    );
    expect(
      await screen.findByText(
        /^Later meetings of the series overlap with “Lunch 11” .*“Lunch 25” .*1 more\.$/,
      ),
    ).toBeTruthy();
    expect(screen.getByText("Checked: the first 6 meetings of the series.")).toBeTruthy();
    expect(screen.queryByText(/calendar of Chloé Martin/)).toBeNull();
    await press("More options");
    await userEvent.selectOptions(screen.getByLabelText(/^Schedule for/), "chloe.martin@meridian.example");
    expect(
      await screen.findByText(/^What you have yourself was checked.*calendar of Chloé Martin/),
    ).toBeTruthy();
  });

  it("are pasted several at once, and nobody who is typed is left out unsaid", async () => {
    const { stub } = openTab("schedule");
    await userEvent.type(await topic(), "Planning");
    const invite = screen.getByRole("combobox", { name: "Invite" });
    await userEvent.click(invite);
    await userEvent.paste(
      "ana@partner.example, Kim Lee <kim@partner.example>;\r\ndev@partner.example\nDev Patel",
    );
    await press("Schedule");
    expect(screen.getByText(/^Not an address: “Dev Patel”.*Write the whole address/)).toBeTruthy();
    expect(invite.getAttribute("value")).toBe("Dev Patel");
    expect(sent(stub)).toEqual([]);
    await userEvent.clear(invite);
    await userEvent.type(screen.getByRole("combobox", { name: "Rooms" }), "Blue");
    await press("Schedule");
    expect(await screen.findByText(/^Not an address: “Blue”/)).toBeTruthy();
    await userEvent.clear(screen.getByRole("combobox", { name: "Rooms" }));
    // Addresses that were neither pasted nor confirmed are taken when the field is left.
    await userEvent.type(invite, "ben@partner.example zoe@partner.example");
    await press("More options");
    await userEvent.click(screen.getByLabelText("Alternative hosts"));
    await userEvent.paste("chloe@meridian.example\nevan@meridian.example");
    await press("Schedule");
    await waitFor(() => expect(sent(stub)).toHaveLength(1));
    expect(sent(stub)[0]?.input.invitees).toEqual([
      { name: "", address: "ana@partner.example" },
      { name: "Kim Lee", address: "kim@partner.example" },
      { name: "", address: "dev@partner.example" },
      { name: "", address: "ben@partner.example" },
      { name: "", address: "zoe@partner.example" },
    ]);
    expect(sent(stub)[0]?.input.alternative_hosts).toBe("chloe@meridian.example, evan@meridian.example");
  });

  it("are typed as addresses where that is all, and the field says which grant would help and who gives it", async () => {
    const { stub, teams } = openTab("schedule", {
      world: (stub) => {
        stub.form.contacts = "missing";
        stub.form.rooms = "off";
      },
    });
    const invite = await screen.findByRole("combobox", { name: "Invite" });
    expect(screen.getByText(/^Rooms are not looked up: that is off in your organisation/)).toBeTruthy();
    await userEvent.type(invite, "kim@partner.example,lee@partner.example{Enter}");
    await userEvent.type(invite, "nobody{Enter}");
    expect(await screen.findByText(/^Not an address: “nobody”/)).toBeTruthy();
    expect(screen.getByRole("button", { name: /^kim@partner.example.* Remove$/ })).toBeTruthy();
    expect(screen.getByRole("button", { name: /^lee@partner.example.* Remove$/ })).toBeTruthy();
    expect(stub.calls.some(({ path }) => path === "/people" || path === "/rooms")).toBe(false);
    stub.form = { ...stub.form, contacts: "granted" };
    await press("Allow");
    await waitFor(() => expect(teams.windows).toEqual(["http://127.0.0.1:8081/consent"]));
    expect(stub.calls.find(({ path }) => path === "/consent")?.body).toEqual({ grants: ["contacts"] });
    await waitFor(() => expect(screen.queryByRole("button", { name: "Allow" })).toBeNull());
  });
});

describe("changing", () => {
  it("begins with what the meeting is, and sends the edition that it was read at", async () => {
    const { stub } = openTab("m/m1");
    await press("Change");
    expect((await topic()).getAttribute("value")).toBe("Launch review");
    await userEvent.type(await topic(), " 2");
    await press("Save");
    await waitFor(() => expect(stub.changes()).toEqual(["PATCH /meetings/m1"]));
    expect(stub.calls.find(({ method }) => method === "PATCH")?.body).toMatchObject({
      scope: "all",
      edition: 3,
      input: { topic: "Launch review 2" },
    });
    expect(await screen.findByRole("heading", { name: "Launch review", level: 1 })).toBeTruthy();
  });

  it("overwrites nobody's newer change: what is sent belongs to what was shown", async () => {
    const { stub, say } = openTab("change/m1");
    await userEvent.type(await topic(), " 2");
    const newer = { ...(detail("m1") as Detail), edition: 4, input: { ...input, topic: "Renamed" } };
    stub.instead.set("GET /meetings/m1", { status: 200, body: newer });
    say("meetings");
    expect(await screen.findByText(/This meeting has been changed meanwhile/)).toBeTruthy();
    expect((await topic()).getAttribute("value")).toBe("Launch review 2");
    await press("Save");
    await waitFor(() => expect(stub.changes()).toHaveLength(1));
    expect(stub.calls.find(({ method }) => method === "PATCH")?.body).toMatchObject({ edition: 3 });
  });

  it("begins anew with the newer change", async () => {
    const { stub, say } = openTab("change/m1");
    await userEvent.type(await topic(), " 2");
    const newer = { ...(detail("m1") as Detail), edition: 4, input: { ...input, topic: "Renamed" } };
    stub.instead.set("GET /meetings/m1", { status: 200, body: newer });
    say("meetings");
    await press("Reload");
    expect((await topic()).getAttribute("value")).toBe("Renamed");
    expect(screen.queryByText(/This meeting has been changed meanwhile/)).toBeNull();
    await press("Save");
    await waitFor(() =>
      expect(stub.calls.find(({ method }) => method === "PATCH")?.body).toMatchObject({
        edition: 4,
        input: { topic: "Renamed" },
      }),
    );
  });

  it("asks who is free besides the meeting itself", async () => {
    const { stub } = openTab("change/m1");
    await topic();
    await waitFor(() =>
      expect(stub.calls.find(({ path }) => path === "/availability")?.body).toMatchObject({ meeting: "m1" }),
    );
  });

  it("of one occurrence says so, and offers no other pattern", async () => {
    const { stub } = openTab("m/m5@2026-03-09T09:00:00Z");
    await press("Change");
    await userEvent.click(await screen.findByRole("menuitem", { name: "Only this meeting" }));
    expect(await screen.findByText(/^Only this meeting changes/)).toBeTruthy();
    for (const label of ["Repeats", /^Topic/, "Description", /^Time zone/])
      expect(screen.queryByLabelText(label)).toBeNull();
    fireEvent.change(screen.getByLabelText(/^Time/), { target: { value: "10:30" } });
    await press("Save");
    await waitFor(() =>
      expect(stub.calls.find(({ method }) => method === "PATCH")?.body).toMatchObject({
        scope: "occurrence",
        original: "2026-03-09T09:00:00Z",
      }),
    );
  });

  it("sends the rest of a series under one nonce until it is refused, and shows what it has become", async () => {
    const { stub } = openTab("change/m5@2026-03-09T09:00:00Z/following");
    const save = async (instead: Answer) => {
      stub.instead.set("PATCH /meetings/m5", instead);
      await press("Save");
    };
    await screen.findByLabelText(/^Topic/);
    await save(refusal("busy", 429, "It is still being made."));
    await screen.findAllByText("It is still being made.");
    await save(refusal("conflict", 409, "Sent already."));
    await screen.findAllByText("Sent already.");
    stub.instead.set("PATCH /meetings/m5", { status: 200, body: detail("m1") });
    await press("Save");
    expect(await screen.findByRole("heading", { name: "Launch review", level: 1 })).toBeTruthy();
    const sent = () =>
      stub.calls.flatMap((call) => (call.method === "PATCH" ? [call.body as { nonce: string }] : []));
    await waitFor(() => expect(sent()).toHaveLength(3));
    const [first, second, third] = sent().map(({ nonce }) => nonce);
    expect(first).toHaveLength(36);
    expect([second === first, third === first]).toEqual([true, false]);
  });

  it("shows the times of the occurrence, or of the series, according to what is changed", async () => {
    const times = async (scope: string, date: string, time: string, duration: string) => {
      const { stub } = openTab(`change/m5@2026-03-09T09:00:00Z/${scope}`);
      await press("Save");
      await waitFor(() =>
        expect(stub.calls.find(({ method }) => method === "PATCH")?.body).toMatchObject({
          input: { date, time, duration },
        }),
      );
      cleanup();
    };
    await times("all", "2026-03-02", "09:00", "45");
    await times("occurrence", "2026-03-09", "09:30", "60");
    await times("following", "2026-03-09", "09:30", "60");
  });

  describe("who is invited from a conversation", () => {
    const change = (more: Partial<Input> = {}, options: Parameters<typeof openTab>[1] = {}) => {
      const meeting = chatMeeting();
      return openTab("change/m1", {
        ...options,
        world: (stub) => {
          stub.form.contacts = "off";
          stub.instead.set("GET /meetings/m1", {
            status: 200,
            body: { ...meeting, input: { ...meeting.input, ...more } },
          });
        },
      });
    };
    const saved = async (stub: Stub) => {
      await press("Save");
      await waitFor(() => expect(stub.changes()).toEqual(["PATCH /meetings/m1"]));
      const { body } = stub.calls.find(({ method }) => method === "PATCH") as { body: unknown };
      return (body as { input: Input }).input;
    };
    const remove = (name: string) => press(new RegExp(`^${name}.* Remove$`));

    it("stands there by name; one is taken out, one more is found among its people, and the others stay", async () => {
      const { stub } = change();
      for (const name of ["Ben Okafor", "Chloé Martin", "Gus Nilsen", "Kai Berg", "Kim Lund"])
        expect(await screen.findByRole("button", { name: new RegExp(`^${name}.* Remove$`) })).toBeTruthy();
      expect(screen.queryByTitle("id-gus")).toBeNull();
      await remove("Chloé Martin");
      await remove("Kai Berg");
      const invite = screen.getByRole("combobox", { name: "Invite" });
      expect(invite.getAttribute("placeholder")).toBe("Names from the conversation, or addresses");
      await userEvent.type(invite, "fay");
      await userEvent.click(
        await screen.findByRole("option", { name: /Fay Lindqvist.*In this conversation/ }),
      );
      expect(stub.calls.findLast(({ path }) => path.endsWith("/members"))?.path).toBe(
        `/conversations/${encodeURIComponent("19:launch@thread.v2")}/members`,
      );
      await waitFor(() =>
        expect(stub.calls.findLast(({ path }) => path === "/availability")?.body).toMatchObject({
          meeting: "m1",
          members: ["id-ben", "id-gus"],
          addresses: ["kim@partner.example"],
        }),
      );
      const input = await saved(stub);
      expect(input.members?.map(({ id }) => id)).toEqual(["id-ben", "id-gus"]);
      expect(input.invitees).toEqual([
        { name: "Kim Lund", address: "kim@partner.example" },
        { name: "Fay Lindqvist", address: "id-fay" },
      ]);
    });

    it("can all be taken out, the last one first, and those invited by address stay apart", async () => {
      const { stub } = change();
      const invite = await screen.findByRole("combobox", { name: "Invite" });
      await userEvent.type(invite, "{Backspace}{Backspace}{Backspace}{Backspace}{Backspace}");
      expect(screen.queryByRole("button", { name: /Remove$/ })).toBeNull();
      const input = await saved(stub);
      expect([input.members, input.invitees]).toEqual([[], []]);
    });

    it("counts against what the Zoom plan lets in", async () => {
      const { stub } = change({ invitees: [] });
      stub.form.capacity = 4;
      expect(await screen.findByText(/Your Zoom plan lets 4 people/)).toBeTruthy();
      await remove("Gus Nilsen");
      expect(screen.queryByText(/Your Zoom plan lets/)).toBeNull();
    });

    it("is folded where there are many", async () => {
      const members = Array.from({ length: 30 }, (_, n) => ({ id: `id-${n}`, name: `Person ${n}` }));
      const { stub } = change({ members });
      const tags = () => screen.queryAllByRole("button", { name: /Remove$/ }).length;
      await screen.findByRole("button", { name: "Show all 31" });
      expect(tags()).toBe(12);
      await remove("Person 29");
      await press("Show all 30");
      expect(tags()).toBe(30);
      await remove("Person 3");
      await press("Show fewer");
      expect(tags()).toBe(12);
      const kept = (await saved(stub)).members?.map(({ id }) => id);
      expect(kept).toHaveLength(28);
      expect(kept).not.toContain("id-3");
    });

    it("stays as it is where the product names nobody, in whichever tab it is changed", async () => {
      const { stub } = openTab("change/m1", {
        context: { conversation: { id: "19:elsewhere@thread.v2", name: "" } },
      });
      await userEvent.type(await screen.findByRole("combobox", { name: "Invite" }), "b");
      await userEvent.click(await screen.findByRole("option", { name: /Bea Lindqvist/ }));
      const input = await saved(stub);
      expect(input).not.toHaveProperty("members");
      expect(input.invitees).toHaveLength(2);
      expect(stub.calls.some(({ path }) => path.endsWith("/members"))).toBe(false);
    });

    it("is not taken into another meeting like it", async () => {
      const { stub } = openTab("schedule/m1", {
        world: (stub) => {
          stub.instead.set("GET /meetings/m1", { status: 200, body: chatMeeting() });
        },
      });
      expect(await screen.findByDisplayValue("Launch review")).toBeTruthy();
      await press("Schedule");
      await waitFor(() => expect(sent(stub)).toHaveLength(1));
      expect(sent(stub)[0]?.input).not.toHaveProperty("members");
    });
  });

  it("is not offered by a link to what one may not change", async () => {
    openTab("change/m2");
    expect(await screen.findByText("This is not yours to change")).toBeTruthy();
  });
});

describe("repeating", () => {
  const words = (language: "en" | "fr") => ({
    t: (key: Parameters<typeof translate>[1], values?: Parameters<typeof translate>[2]) =>
      translate(language, key, values),
    dates: new Dates(language, "UTC"),
  });
  const says = (part: Partial<Input>, language: "en" | "fr" = "en") =>
    repeatSentence({ ...input, ...part }, words(language)).replace(/\u00a0/g, " ");

  it("is said as a sentence", () => {
    expect(says({ repeat: "daily", interval: "1", times: "10" })).toBe("Every day, 10 times.");
    expect(says({ repeat: "weekly", interval: "2", weekdays: "0,1,3" })).toBe(
      "Every 2 weeks on Monday, Wednesday, and Sunday, 10 times.",
    );
    expect(says({ repeat: "weekly", weekdays: "" })).toBe("Choose at least one day, 10 times.");
    expect(says({ repeat: "monthly", month_day: "31", ends: "until", until: "2026-12-31" })).toBe(
      "On day 31 of every month, until December 31, 2026.",
    );
    expect(says({ repeat: "monthly", interval: "3", week: "-1", weekday: "5" })).toBe(
      "On the last Friday of every 3 months, 10 times.",
    );
    expect(says({ repeat: "weekly", interval: "2", weekdays: "1" }, "fr")).toBe(
      "Toutes les 2 semaines : lundi, 10 fois.",
    );
  });

  it("begins with what the date says", async () => {
    openTab("schedule");
    await userEvent.selectOptions(await screen.findByLabelText("Repeats"), "weekly");
    expect(await screen.findByText("Every week on Wednesday, 10 times.")).toBeTruthy();
    await press("Fri");
    expect(screen.getByText("Every week on Wednesday and Friday, 10 times.")).toBeTruthy();
    await userEvent.selectOptions(screen.getByLabelText("Repeats"), "monthly");
    expect(screen.getByText("On day 4 of every month, 10 times.")).toBeTruthy();
    await userEvent.click(screen.getByLabelText("On a day of the week"));
    expect(screen.getByText("On the first Wednesday of every month, 10 times.")).toBeTruthy();
    await userEvent.selectOptions(screen.getByLabelText("Ends"), "until");
    fireEvent.change(screen.getByLabelText("Last day"), { target: { value: "2026-06-24" } });
    expect(screen.getByText(/until 24 June 2026/)).toBeTruthy();
  });

  it("has free and busy times in words", () => {
    const from = new Date("2026-03-04T07:00:00Z");
    expect(said("Ben", "0022001100", from, "UTC", words("en"))).toMatch(/^Ben: busy 8:00.+9:00/);
    expect(said("Ben", "0011", from, "UTC", words("en"))).toMatch(/^Ben: perhaps busy 8:00.+9:00/);
    expect(said("Ben", "0044", from, "UTC", words("en"))).toBe("Ben: free");
  });
});
