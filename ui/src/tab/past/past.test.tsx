import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { offline, openTab } from "../testing/page";
import { refusal } from "../testing/stub";

const press = async (name: string | RegExp) => userEvent.click(await screen.findByRole("button", { name }));
const rows = () => screen.getAllByRole("listitem").map((row) => within(row).getByRole("link").textContent);

describe("past meetings", () => {
  it("stand by day, the newest first, each with what remains of it, and lead to their page", async () => {
    openTab();
    await press("Past meetings");
    expect(await screen.findByRole("heading", { name: "Past meetings", level: 1 })).toBe(
      document.activeElement,
    );
    await screen.findByRole("heading", { name: "Today" });
    const days = screen.getAllByRole("heading", { level: 2 }).map(({ textContent }) => textContent);
    expect(days).toEqual(["Today", "Yesterday", "Monday 2 March", "Friday 20 February"]);
    expect(rows().slice(0, 3)).toEqual(["Morning call", "Private meeting", "Weekly planning"]);
    const [first, second, third] = screen.getAllByRole("listitem").map((row) => within(row));
    expect(first?.getByText("Recording")).toBeTruthy();
    expect(first?.getByText("Summary")).toBeTruthy();
    expect(second?.getByText("Hosted by Ben Okafor")).toBeTruthy();
    expect(third?.queryByText("Recording")).toBeNull();
    expect(screen.queryByRole("button", { name: /^(Start|Join)/ })).toBeNull();
    await userEvent.click(screen.getByRole("link", { name: "Weekly planning" }));
    expect(await screen.findByText("After the meeting")).toBeTruthy();
    await press("Back");
    await waitFor(() => expect(document.activeElement?.textContent).toBe("Weekly planning"));
  });

  it("are shown month by month as far back as they are listed", async () => {
    const { stub } = openTab("past", {
      world: (stub) => {
        stub.since = "2026-01-10T00:00:00Z";
      },
    });
    await screen.findByRole("link", { name: "Morning call" });
    expect(screen.queryByRole("link", { name: "Kick-off" })).toBeNull();
    await press("Show meetings before Monday 2 February");
    expect(await screen.findByRole("link", { name: "Kick-off" })).toBeTruthy();
    expect(screen.getByText("5 meetings found.")).toBeTruthy();
    const end = screen.getByText("Meetings from before Saturday 10 January are no longer listed.");
    expect(end).toBe(document.activeElement);
    expect(screen.queryByRole("button", { name: /^Show meetings before/ })).toBeNull();
    const asked = stub.calls.filter(({ path }) => path === "/meetings").map(({ query }) => query.from);
    expect(asked).toEqual(["2026-02-02T00:00:00.000Z", "2026-01-03T00:00:00.000Z"]);
  });

  it("are searched as far back as they are listed, and the words are there on the way back", async () => {
    const { stub } = openTab();
    await userEvent.type(await screen.findByRole("searchbox"), "kick-off");
    await press("Search past meetings");
    await userEvent.click(await screen.findByRole("link", { name: "Kick-off" }));
    await screen.findByRole("heading", { name: "Kick-off", level: 1 });
    await press("Back");
    expect(await screen.findByDisplayValue("kick-off")).toBeTruthy();
    await waitFor(() => expect(document.activeElement?.textContent).toBe("Kick-off"));
    expect(screen.getByRole("status").textContent).toContain("found.");
    const asked = stub.calls.filter(({ query }) => query.past).map(({ query }) => query);
    expect(asked).toContainEqual({ past: "true", q: "kick-off" });
    await userEvent.type(screen.getByRole("searchbox"), " of nothing");
    expect(await screen.findByText("Nothing matches “kick-off of nothing”")).toBeTruthy();
    await waitFor(() => expect(window.location.hash).toBe("#/past/kick-off%20of%20nothing"));
  });

  it("load, fail with a way to try again, and say what could not be asked", async () => {
    const { stub } = openTab("past", {
      world: (stub) => {
        stub.notes = ["Zoom does not answer right now."];
        stub.instead.set("GET /meetings", refusal("unavailable", 503, "Not now.", { reference: "R1" }));
      },
    });
    expect(await screen.findByText("Not now.")).toBeTruthy();
    const release = stub.hold("GET /meetings");
    stub.instead.clear();
    await press("Try again");
    release();
    expect(await screen.findByText("Zoom does not answer right now.")).toBeTruthy();
    stub.instead.set("GET /meetings", offline);
    window.dispatchEvent(new Event("focus"));
    expect(await screen.findByText(/You are offline. This is how it was at/)).toBeTruthy();
    expect(rows()).toContain("Morning call");
  });

  it("show those that have just ended, when the product says so", async () => {
    const { stub, say } = openTab("past", {
      world: (stub) => {
        stub.past = [];
      },
    });
    expect(await screen.findByText("No past meetings since Monday 2 February")).toBeTruthy();
    const [ended] = stub.meetings;
    if (!ended) throw new Error("no meeting");
    stub.past = [{ ...ended, end: "2026-03-04T09:39:00Z" }];
    say("meetings");
    expect(await screen.findByRole("link", { name: ended.topic })).toBeTruthy();
  });

  it("speak French", async () => {
    openTab("past", { context: { locale: "fr-fr" } });
    expect(await screen.findByRole("heading", { name: "Hier" })).toBeTruthy();
    expect(screen.getByText("Enregistrement")).toBeTruthy();
    expect(
      screen.getByRole("button", { name: "Afficher les réunions d’avant le lundi 2 février" }),
    ).toBeTruthy();
  });
});
