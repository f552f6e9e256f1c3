import { configure, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { openPage } from "../testing/page";
import { events } from "../testing/seed";
import type { Stub } from "../testing/stub";
import { draftOf, inputOf, timesOf } from "./EventForm";

// Without a layout Fluent takes an open dialog for one that lost the focus, and hides it from assistive technology; that a browser
// does not is a question of e2e.
configure({ defaultHidden: true });

const sent = (stub: Stub) =>
  stub.calls
    .filter(({ method }) => method !== "GET")
    .map(({ method, path, body }) => ({ act: `${method} ${path}`, body }));

const open = async (subject: string) => {
  await userEvent.click(await screen.findByRole("button", { name: new RegExp(subject) }));
  return within(await screen.findByRole("dialog"));
};

const formCalled = async (title: string) => {
  const head = await screen.findByText(title, { selector: "h2" });
  return within(head.closest("[role=dialog]") as HTMLElement);
};

const button = (dialog: ReturnType<typeof within>, name: string | RegExp) =>
  dialog.getByRole("button", { name });

describe("an event", () => {
  it("shows who comes, and which rooms have declined", async () => {
    openPage("#/ana/calendar");
    const dialog = await open("Launch review");
    const ben = dialog.getByText("Ben Okafor").closest("li") as HTMLElement;
    expect(within(ben).getByText("accepted")).toBeTruthy();
    const room = dialog.getByText("Harbour View").closest("li") as HTMLElement;
    expect(within(room).getByText("declined")).toBeTruthy();
    expect(dialog.queryByRole("button", { name: "Accept" })).toBeNull();
  });

  it("of others is answered, alone or as a series", async () => {
    const stub = openPage("#/ana/calendar");
    const dialog = await open("Weekly team call");
    expect(dialog.getByText("Your answer: no answer yet")).toBeTruthy();
    expect(dialog.queryByRole("button", { name: "Edit" })).toBeNull();
    await userEvent.click(dialog.getByLabelText("The whole series"));
    await userEvent.click(button(dialog, "Accept"));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(sent(stub)).toEqual([
      { act: "POST /people/ana/calendar/e2/respond", body: { answer: "accept", scope: "all" } },
    ]);
  });

  it("is deleted only by who is sure", async () => {
    const stub = openPage("#/ana/calendar");
    const dialog = await open("Launch review");
    await userEvent.click(button(dialog, "Delete"));
    await userEvent.click(button(dialog, "Keep"));
    await userEvent.click(button(dialog, "Delete"));
    expect(dialog.getByText(/Everybody who is invited gets a cancellation/)).toBeTruthy();
    expect(sent(stub)).toEqual([]);
    await userEvent.click(button(dialog, "Yes, delete"));
    await waitFor(() =>
      expect(sent(stub)).toEqual([{ act: "DELETE /people/ana/calendar/e1", body: undefined }]),
    );
  });

  it("that cannot be changed says why", async () => {
    openPage("#/ana/calendar", { failing: /respond/ });
    const dialog = await open("Weekly team call");
    await userEvent.click(button(dialog, "Decline"));
    expect(await dialog.findByText("The world stumbled.")).toBeTruthy();
  });

  it("is moved and renamed; nothing else is sent", async () => {
    const stub = openPage("#/ana/calendar");
    await userEvent.click(button(await open("Launch review"), "Edit"));
    const form = await formCalled("Edit event");
    fireEvent.change(form.getByLabelText(/Title/), { target: { value: "Launch, moved" } });
    fireEvent.change(form.getByLabelText(/Date/), { target: { value: "2026-03-06" } });
    fireEvent.change(form.getByLabelText(/From/), { target: { value: "23:30" } });
    fireEvent.change(form.getByLabelText(/^To/), { target: { value: "00:30" } });
    await userEvent.click(button(form, "Send"));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(sent(stub)).toEqual([
      {
        act: "PATCH /people/ana/calendar/e1",
        body: {
          subject: "Launch, moved",
          start: "2026-03-06T23:30:00.000Z",
          end: "2026-03-07T00:30:00.000Z",
          allDay: false,
          zone: "Europe/London",
          scope: "one",
        },
      },
    ]);
  });

  it("of whole days stands above the hours", async () => {
    openPage("#/ana/calendar");
    expect((await screen.findAllByRole("button", { name: /Trade fair.*All day/ })).length).toBe(2);
  });
});

describe("a new event", () => {
  it("is made with people and a room", async () => {
    const stub = openPage("#/ana/calendar");
    await userEvent.click(await screen.findByRole("button", { name: "New event" }));
    const form = await formCalled("New event");
    await userEvent.click(button(form, "Save"));
    expect(await form.findByText("An event needs a title")).toBeTruthy();
    expect(sent(stub)).toEqual([]);
    await userEvent.type(form.getByLabelText(/Title/), "Rehearsal");
    fireEvent.change(form.getByLabelText(/Date/), { target: { value: "2026-03-09" } });
    fireEvent.change(form.getByLabelText(/From/), { target: { value: "14:00" } });
    fireEvent.change(form.getByLabelText(/^To/), { target: { value: "15:00" } });
    await userEvent.click(form.getByRole("combobox", { name: "Invite people" }));
    await userEvent.click(await screen.findByRole("menuitemcheckbox", { name: "Ben Okafor" }));
    await userEvent.keyboard("{Escape}");
    await userEvent.click(form.getByRole("combobox", { name: "Rooms" }));
    await userEvent.click(
      await screen.findByRole("menuitemcheckbox", { name: "Dock 12, Meridian House, 4 seats" }),
    );
    expect(screen.queryByRole("menuitemcheckbox", { name: /Quay 4/ })).toBeNull();
    await userEvent.keyboard("{Escape}");
    await userEvent.click(button(form, "Send"));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(sent(stub)).toEqual([
      {
        act: "POST /people/ana/calendar",
        body: {
          subject: "Rehearsal",
          start: "2026-03-09T14:00:00.000Z",
          end: "2026-03-09T15:00:00.000Z",
          allDay: false,
          zone: "Europe/London",
          private: false,
          attendees: ["ben@meridian.example"],
          rooms: ["dock.12@meridian.example"],
        },
      },
    ]);
  });

  it("is not offered to whom has no mailbox", async () => {
    openPage("#/gus/calendar");
    await screen.findByRole("button", { name: "Today" });
    expect(screen.queryByRole("button", { name: "New event" })).toBeNull();
  });
});

describe("the form's words", () => {
  const fair = events.find(({ allDay }) => allDay);
  const draft = draftOf(fair, new Date(), "UTC");

  it("are whole days, the last one included", () => {
    expect([draft.date, draft.last]).toEqual(["2026-03-05", "2026-03-06"]);
    const times = timesOf(draft, "UTC");
    expect(times).toEqual({ start: new Date("2026-03-05T00:00:00Z"), end: new Date("2026-03-07T00:00:00Z") });
    if (typeof times !== "string") expect(inputOf(draft, draft, times, "UTC", false)).toEqual({});
  });

  it("say what is wrong with the times", () => {
    expect(timesOf({ ...draft, last: "2026-03-04" }, "UTC")).toBe("calendar.form.order");
    expect(timesOf({ ...draft, date: "" }, "UTC")).toBe("calendar.form.nodate");
    expect(timesOf({ ...draft, allDay: false, from: "" }, "UTC")).toBe("calendar.form.nodate");
  });

  it("begin at the next full hour", () => {
    const next = draftOf(undefined, new Date("2026-03-04T22:40:00Z"), "Europe/Paris");
    expect([next.date, next.from, next.to]).toEqual(["2026-03-05", "00:00", "00:30"]);
  });
});
