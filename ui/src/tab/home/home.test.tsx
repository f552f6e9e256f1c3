import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Upcoming } from "../api";
import { offline, openTab } from "../testing/page";
import { detail } from "../testing/seed";
import { refusal } from "../testing/stub";

afterEach(() => vi.useRealTimers());

const press = async (name: string | RegExp) => userEvent.click(await screen.findByRole("button", { name }));
const row = async (topic: string) => {
  const list = await screen.findByRole("region", { name: "Upcoming meetings" });
  const link = await within(list).findByRole("link", { name: topic });
  return within(link.closest("li") as HTMLElement);
};

describe("the first screen", () => {
  it("offers the four things, and says what each opens", async () => {
    openTab();
    for (const name of [
      "Start now Opens Zoom",
      "Schedule Here in Teams",
      "Join Opens Zoom",
      "Share screen Opens Zoom",
    ])
      expect(await screen.findByRole("button", { name })).toBeTruthy();
  });

  it("tells what opens by the table of the product", async () => {
    openTab("", {
      context: { platform: "android", mobile: true },
      world: (stub) => {
        stub.me.where.F13 = { desktop: "client", web: "client", android: "browser", ios: "client" };
      },
    });
    expect(await screen.findByRole("button", { name: "Start now Opens your browser" })).toBeTruthy();
    expect(screen.getByRole("button", { name: "Share screen On a computer" })).toBeTruthy();
  });

  it("says what the host should know of a meeting that was just started", async () => {
    const { stub } = openTab();
    const note = "On your Zoom plan a meeting ends after 40 minutes.";
    stub.instead.set("POST /meetings/now", { status: 201, body: { ...detail("m1"), key: "now1", note } });
    await press(/Start now/);
    expect(
      (await screen.findAllByText(/is starting in Zoom\. On your Zoom plan a meeting ends/)).length,
    ).toBeGreaterThan(0);
  });

  it("makes a meeting and opens it, once however often it is pressed", async () => {
    const { stub, teams } = openTab();
    const release = stub.hold("POST /meetings/now");
    const button = await screen.findByRole("button", { name: /Start now/ });
    await userEvent.dblClick(button);
    release();
    await waitFor(() => expect(teams.opened).toEqual(["http://localhost:8080/m/now1/start?ticket=t"]));
    expect(stub.changes()).toEqual(["POST /meetings/now", "POST /meetings/now1/start"]);
    expect(await screen.findByRole("heading", { name: "Zoom meeting of Ana Duarte" })).toBeTruthy();
  });

  it("is the same meeting when the answer was lost and it is pressed again", async () => {
    const { stub } = openTab();
    stub.instead.set("POST /meetings/now", offline);
    await press(/Start now/);
    expect(await screen.findAllByText(/There is no connection right now/)).toBeTruthy();
    stub.instead.clear();
    await press(/Start now/);
    await waitFor(() => expect(stub.changes()).toHaveLength(3));
    const nonces = stub.calls
      .filter(({ path }) => path === "/meetings/now")
      .map(({ body }) => (body as { nonce: string }).nonce);
    expect(nonces[0]).toBe(nonces[1]);
  });

  it("is another meeting when the first was refused", async () => {
    const { stub } = openTab();
    stub.instead.set("POST /meetings/now", refusal("unavailable", 503, "Zoom does not answer."));
    await press(/Start now/);
    expect((await screen.findAllByText("Zoom does not answer.")).length).toBeGreaterThan(0);
    stub.instead.clear();
    await press(/Start now/);
    await waitFor(() => expect(stub.changes()).toHaveLength(3));
    const [first, second] = stub.calls
      .filter(({ path }) => path === "/meetings/now")
      .map(({ body }) => (body as { nonce: string }).nonce);
    expect(first).not.toBe(second);
  });

  it("says a limit honestly: why, and when it goes on", async () => {
    const { stub } = openTab();
    stub.instead.set(
      "POST /meetings/now",
      refusal("busy", 429, "100 a day is Zoom's limit.", { retryAfter: 3600 }),
    );
    await press(/Start now/);
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("100 a day is Zoom's limit.");
    expect(alert.textContent).toMatch(/Next try: \d\d:40\./);
  });
});

describe("the list", () => {
  it("shows the next meeting with a countdown, and the rest by day", async () => {
    openTab();
    const next = within(await screen.findByRole("region", { name: "Next meeting" }));
    expect(next.getByRole("heading", { name: "Launch review" })).toBeTruthy();
    expect(next.getByRole("timer").textContent).toBe("Starts in 12:00");
    for (const day of ["Today", "Tomorrow", "Monday 9 March", "Any time"])
      expect(screen.getByRole("heading", { name: day })).toBeTruthy();
    expect(screen.queryByText("–")).toBeNull();
  });

  it("counts down to nothing that is live already, however early", async () => {
    openTab("", {
      world: (stub) => {
        if (stub.meetings[0]) stub.meetings[0].live = true;
      },
    });
    const next = within(await screen.findByRole("region", { name: "Next meeting" }));
    expect(next.getByText("Scheduled for 09:52")).toBeTruthy();
    expect(next.queryByRole("timer")).toBeNull();
    expect(next.queryByText(/Starts in/)).toBeNull();
  });

  it("counts down, and says aloud when it begins", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] });
    openTab();
    const timer = await screen.findByRole("timer");
    await act(() => vi.advanceTimersByTimeAsync(61_000));
    expect(timer.textContent).toBe("Starts in 10:59");
    await act(() => vi.advanceTimersByTimeAsync(10 * 60_000));
    await waitFor(() => expect(screen.getByRole("status").textContent).toContain("starts in a few minutes"));
    await act(() => vi.advanceTimersByTimeAsync(60_000));
    await waitFor(() =>
      expect(screen.getByRole("status").textContent).toContain("“Launch review” starts now."),
    );
  });

  it("says once that there is no mailbox", async () => {
    openTab("", {
      world: (stub) => {
        stub.me.calendarState = "no_mailbox";
        stub.notes = ["You have no Outlook mailbox."];
      },
    });
    expect(await screen.findAllByText(/no Outlook mailbox/)).toHaveLength(1);
  });

  it("offers to empty a search that is not, in the reader's language", async () => {
    openTab("", { context: { locale: "fr-fr" } });
    const box = await screen.findByRole("searchbox", { name: "Rechercher une réunion" });
    expect(screen.queryByRole("button", { name: "Effacer la recherche" })).toBeNull();
    await userEvent.type(box, "Launch");
    await press("Effacer la recherche");
    expect((box as HTMLInputElement).value).toBe("");
    expect(screen.queryByRole("button", { name: /clear/ })).toBeNull();
  });

  it("marks whose a meeting is, and what is special about it", async () => {
    openTab();
    const other = await row(
      "Design critique of the very long onboarding flow with everybody who has ever touched it",
    );
    expect(other.getByText("Hosted by Ben Okafor")).toBeTruthy();
    expect(other.getByText("Series")).toBeTruthy();
    expect(other.getByRole("button", { name: /^Join/ })).toBeTruthy();
    expect((await row("One to one")).getByText("Private")).toBeTruthy();
    expect((await row("Company day")).getByText("All day")).toBeTruthy();
  });

  it("puts into the calendar what is only in Zoom", async () => {
    const { stub } = openTab();
    const supplier = await row("Supplier call");
    expect(supplier.getByText("Only in Zoom")).toBeTruthy();
    await userEvent.click(supplier.getByRole("button", { name: "Add to calendar: “Supplier call”" }));
    await waitFor(() => expect(stub.changes()).toEqual(["POST /meetings/z82233445566/calendar"]));
    await waitFor(() => expect(supplier.queryByText("Only in Zoom")).toBeNull());
    expect(supplier.getByText("On its way to the calendar")).toBeTruthy();
  });

  it("starts and joins from a row", async () => {
    const { teams } = openTab();
    await userEvent.click((await row("One to one")).getByRole("button", { name: /^Start/ }));
    await waitFor(() => expect(teams.opened).toEqual(["http://localhost:8080/m/m4/start?ticket=t"]));
    await userEvent.click((await row("Company day")).getByRole("button", { name: /^Join/ }));
    await waitFor(() => expect(teams.opened[1]).toMatch(/^https:\/\/meridian.zoom.example/));
  });

  it("finds by words, says how many, and what when there are none", async () => {
    openTab();
    await screen.findByRole("heading", { name: "Today" });
    await userEvent.type(screen.getByRole("searchbox"), "planning");
    await waitFor(() => expect(screen.queryByText("One to one")).toBeNull());
    expect(await row("Weekly planning")).toBeTruthy();
    expect(screen.getByText("1 meeting found.")).toBeTruthy();
    await userEvent.type(screen.getByRole("searchbox"), " of nothing");
    expect(await screen.findByText("Nothing matches “planning of nothing”")).toBeTruthy();
  });

  it("shows more days when asked", async () => {
    const { stub } = openTab();
    await press(/^Show meetings after/);
    const asked = () => stub.calls.filter(({ path }) => path === "/meetings").map(({ query }) => query.to);
    await waitFor(() => expect(new Set(asked()).size).toBe(2));
  });

  it("is empty kindly", async () => {
    openTab("", {
      world: (stub) => {
        stub.meetings = [];
      },
    });
    expect(await screen.findByText("No meetings ahead")).toBeTruthy();
    expect(screen.queryByRole("region", { name: "Next meeting" })).toBeNull();
  });

  it("says what could not be read, and how to connect the calendar", async () => {
    const { teams } = openTab("", {
      world: (stub) => {
        stub.notes = ["Zoom does not answer right now."];
        stub.me.calendarState = "missing";
      },
    });
    expect(await screen.findByText("Zoom does not answer right now.")).toBeTruthy();
    await press("Connect calendar");
    await waitFor(() => expect(teams.windows).toHaveLength(1));
    await waitFor(() => expect(screen.queryByRole("button", { name: "Connect calendar" })).toBeNull());
  });

  it("withdraws what waits to be made, after asking", async () => {
    const { stub } = openTab("", {
      world: (stub) => {
        stub.waiting = [{ key: "w1", topic: "Launch", text: "“Launch” waits. It is made tomorrow." }];
      },
    });
    expect(await screen.findByText("“Launch” waits. It is made tomorrow.")).toBeTruthy();
    await press("Withdraw “Launch”");
    await press("Keep it");
    expect(stub.waiting).toHaveLength(1);
    stub.instead.set("DELETE /wishes/w1", refusal("conflict", 409, "It is too late."));
    await press("Withdraw “Launch”");
    await press("Yes, withdraw it");
    expect((await screen.findAllByText("It is too late.")).length).toBeGreaterThan(0);
    stub.instead.clear();
    await press("Yes, withdraw it");
    await waitFor(() => expect(screen.queryByText(/“Launch” waits/)).toBeNull());
    expect((await screen.findAllByText("It was withdrawn.")).length).toBeGreaterThan(0);
  });

  it("shows what the bot could not bring, until that is dismissed", async () => {
    const { stub, teams } = openTab("", {
      world: (stub) => {
        stub.missed = [
          {
            id: "n1",
            text: "A message of the bot may not have reached you: a reminder of “Launch”.",
            meeting: "m1",
          },
          {
            id: "n2",
            text: "A message of the bot did not reach you: the whiteboard “Plan” was shared with you.",
            url: "https://meridian.zoom.example/wb/doc/b1",
          },
        ];
      },
    });
    expect(await screen.findByText(/a reminder of “Launch”/)).toBeTruthy();
    await userEvent.click((await screen.findAllByRole("button", { name: "Open" }))[1] as HTMLElement);
    await waitFor(() => expect(teams.opened).toEqual(["https://meridian.zoom.example/wb/doc/b1"]));
    stub.instead.set("DELETE /missed/n1", refusal("unavailable", 503, "Not now."));
    await press(/^Dismiss: .*a reminder of “Launch”/);
    expect((await screen.findAllByText("Not now.")).length).toBeGreaterThan(0);
    stub.instead.clear();
    await press(/^Dismiss: .*a reminder of “Launch”/);
    await waitFor(() => expect(screen.queryByText(/a reminder of “Launch”/)).toBeNull());
    expect(screen.getByText(/“Plan” was shared with you/)).toBeTruthy();
    expect(stub.missed.map(({ id }) => id)).toEqual(["n2"]);
  });

  it("shows loading, then failure with a way to try again", async () => {
    const { stub } = openTab("", {
      world: (stub) =>
        void stub.instead.set("GET /meetings", refusal("unavailable", 503, "Not now.", { reference: "R1" })),
    });
    expect(await screen.findByText("Not now.")).toBeTruthy();
    stub.instead.clear();
    await press("Try again");
    expect(await screen.findByRole("heading", { name: "Today" })).toBeTruthy();
  });

  it("keeps the list when the connection goes, says so, and reads again when it is back", async () => {
    const { stub } = openTab();
    await screen.findByRole("heading", { name: "Today" });
    stub.instead.set("GET /meetings", offline);
    window.dispatchEvent(new Event("focus"));
    expect(await screen.findByText(/You are offline. This is how it was at/)).toBeTruthy();
    expect(screen.getByRole("heading", { name: "Today" })).toBeTruthy();
    stub.instead.clear();
    window.dispatchEvent(new Event("online"));
    await waitFor(() => expect(screen.queryByText(/You are offline/)).toBeNull());
  });

  it("shows what others did, when the product says so", async () => {
    const { stub, say } = openTab();
    await screen.findByRole("heading", { name: "Today" });
    stub.meetings = [{ ...(stub.meetings[0] as Upcoming), topic: "Launch review, moved" }];
    say("meetings");
    expect(await row("Launch review, moved")).toBeTruthy();
  });

  it("opens a meeting, and comes back to the same link", async () => {
    openTab();
    await userEvent.click((await row("One to one")).getByRole("link"));
    expect(await screen.findByRole("heading", { name: "One to one", level: 1 })).toBe(document.activeElement);
    await press("Back");
    await waitFor(() => expect(document.activeElement?.textContent).toBe("One to one"));
  });

  it("speaks French, with French dates", async () => {
    openTab("", { context: { locale: "fr-fr" } });
    expect(await screen.findByRole("heading", { name: "lundi 9 mars" })).toBeTruthy();
    expect(screen.getByText("Organisée par Ben Okafor")).toBeTruthy();
    expect(document.documentElement.lang).toBe("fr");
  });
});
