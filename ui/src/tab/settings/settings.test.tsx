import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { openTab } from "../testing/page";
import { settings } from "../testing/seed";
import { refusal } from "../testing/stub";
import { readerZone } from "../text/dates";

afterEach(() => vi.useRealTimers());

it("keeps each setting the moment it is changed", async () => {
  const { stub } = openTab("settings");
  await userEvent.click(await screen.findByRole("switch", { name: /When somebody invites me/ }));
  await userEvent.selectOptions(screen.getByLabelText("Reminder in the calendar"), "30");
  await userEvent.click(screen.getByRole("switch", { name: /in step/ }));
  await userEvent.click(screen.getByRole("switch", { name: /Five minutes before a meeting/ }));
  await userEvent.click(screen.getByRole("switch", { name: /When a whiteboard is shared/ }));
  await userEvent.click(screen.getByRole("switch", { name: /mentions me/ }));
  await userEvent.selectOptions(screen.getByLabelText(/^What the day brings/), "8");
  const most = { ...settings, invited: false, reminder: 30, sync: true, starting: true, boards: false };
  const all = { ...most, mentions: false };
  await waitFor(() =>
    expect(stub.calls.filter(({ method }) => method === "PUT").map(({ body }) => body)).toEqual([
      { ...settings, invited: false },
      { ...settings, invited: false, reminder: 30 },
      { ...settings, invited: false, reminder: 30, sync: true },
      { ...settings, invited: false, reminder: 30, sync: true, starting: true },
      most,
      all,
      { ...all, agenda: 8, zone: readerZone() },
    ]),
  );
});

it("takes back what could not be kept", async () => {
  const { stub } = openTab("settings");
  stub.instead.set("PUT /settings", refusal("unavailable", 503, "Not now."));
  const toggle = await screen.findByRole("switch", { name: /personal meeting ID/ });
  await userEvent.click(toggle);
  expect((await screen.findAllByText("Not now.")).length).toBeGreaterThan(0);
  await waitFor(() => expect((toggle as HTMLInputElement).checked).toBe(false));
});

it("speaks another language at once", async () => {
  openTab("settings");
  await userEvent.selectOptions(await screen.findByLabelText(/Language of this page/), "fr");
  expect(await screen.findByRole("heading", { name: "Paramètres" })).toBeTruthy();
});

it("says why two-way sync cannot be chosen", async () => {
  openTab("settings", {
    world: (stub) => {
      stub.me.features.two_way_sync = false;
    },
  });
  expect(await screen.findByText(/Your administrator has not switched this on/)).toBeTruthy();
});

it("offers the calendar where it is missing", async () => {
  const { teams } = openTab("settings", {
    world: (stub) => {
      stub.me.calendarState = "missing";
      stub.me.calendar = false;
    },
  });
  expect((await screen.findByRole("switch", { name: /in step/ })).hasAttribute("disabled")).toBe(true);
  await userEvent.click(screen.getByRole("button", { name: "Connect calendar" }));
  await waitFor(() => expect(teams.windows).toHaveLength(1));
  expect(await screen.findByText(/^Connected\. Meetings appear/)).toBeTruthy();
});

it("asks Microsoft for the mail of who wants mentions from it, and of nobody else", async () => {
  const { stub, teams } = openTab("settings");
  const toggle = () => screen.findByRole<HTMLInputElement>("switch", { name: /mentions in Zoom’s mails/ });
  expect((await toggle()).checked).toBe(false);
  expect(teams.windows).toHaveLength(0);
  stub.me = { ...stub.me, mentionMail: "on" };
  await userEvent.click(await toggle());
  await waitFor(() => expect(teams.windows).toEqual(["http://127.0.0.1:8081/consent"]));
  expect(stub.calls.filter(({ method }) => method === "POST").map(({ body }) => body)).toEqual([
    { grants: ["mention_mail"] },
  ]);
  await waitFor(async () => expect((await toggle()).checked).toBe(true));
  await userEvent.click(await toggle());
  await waitFor(async () => expect((await toggle()).checked).toBe(false));
  expect(stub.changes()).toContain("DELETE /consent/mention_mail");
});

it("says that the mail cannot be read any more", async () => {
  openTab("settings", {
    world: (stub) => {
      stub.me.mentionMail = "ended";
    },
  });
  expect(await screen.findByText(/does not let Causeway read your mail any more/)).toBeTruthy();
});

it("offers no reading of mail that the administrator has not switched on", async () => {
  openTab("settings", {
    world: (stub) => {
      stub.me.mentionMail = "unavailable";
    },
  });
  expect(await screen.findByRole("switch", { name: /When a whiteboard is shared/ })).toBeTruthy();
  expect(screen.queryByRole("switch", { name: /mentions in Zoom’s mails/ })).toBeNull();
});

it("disconnects after asking", async () => {
  const { stub } = openTab("settings");
  await userEvent.click(await screen.findByRole("button", { name: "Disconnect" }));
  const form = within((await screen.findByText("Disconnect Zoom?")).closest("form") as HTMLElement);
  expect(stub.changes()).toEqual([]);
  await userEvent.click(form.getByText("Disconnect"));
  await waitFor(() => expect(stub.changes()).toEqual(["DELETE /connect"]));
  expect(await screen.findByText(/Connect your Zoom account once/)).toBeTruthy();
});
