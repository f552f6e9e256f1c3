import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openTab } from "../testing/page";
import { refusal } from "../testing/stub";
import { Boot } from "./Boot";

afterEach(() => vi.useRealTimers());

const press = async (name: string | RegExp) => userEvent.click(await screen.findByRole("button", { name }));

describe("before anything", () => {
  it("tells Teams that it is there, and follows its theme", async () => {
    const { teams } = openTab("", { context: { theme: "dark" } });
    await screen.findByRole("heading", { name: "Meetings" });
    expect(teams.isReady).toBe(true);
    expect(document.querySelector("[data-theme]")?.getAttribute("data-theme")).toBe("dark");
    teams.changeTheme("contrast");
    await waitFor(() =>
      expect(document.querySelector("[data-theme]")?.getAttribute("data-theme")).toBe("contrast"),
    );
  });

  it("stays where it was when it is loaded again, whatever link had opened it", async () => {
    openTab("schedule", { was: "settings" });
    expect(await screen.findByRole("heading", { name: "Settings", level: 1 })).toBeTruthy();
  });

  it("says where to open it when nobody answers", async () => {
    render(<Boot connect={() => Promise.reject(new Error("no parent"))} />);
    expect(await screen.findByRole("heading", { name: "Open this in Microsoft Teams" })).toBeTruthy();
  });

  it("says why Teams gave no token, with a text for the administrator", async () => {
    const { teams } = openTab("", {
      world: (_stub, teams) => {
        teams.noToken = "resourceRequiresConsent";
      },
    });
    expect(await screen.findByText("Teams says: resourceRequiresConsent")).toBeTruthy();
    teams.noToken = "";
    await press("Try again");
    expect(await screen.findByRole("heading", { name: "Meetings" })).toBeTruthy();
  });

  it("shows a failure with its reference, and tries again", async () => {
    const { stub } = openTab("", {
      world: (stub) =>
        void stub.instead.set("GET /me", refusal("internal", 500, "Our mistake.", { reference: "X7K2QPLM" })),
    });
    expect(await screen.findByText("Reference: X7K2QPLM")).toBeTruthy();
    stub.instead.clear();
    await press("Try again");
    expect(await screen.findByRole("heading", { name: "Meetings" })).toBeTruthy();
  });
});

describe("the gate", () => {
  const closed = (stub: import("../testing/stub").Stub) => {
    stub.me.approved.zoom = false;
    stub.me.gate = {
      side: "zoom",
      text: "Zoom is missing. An account owner can do it.",
      ask: "Please approve.",
    };
  };

  it("names the side, who can approve, and copies a text; opens by itself when both have", async () => {
    const user = userEvent.setup();
    const { stub, say } = openTab("", { world: closed });
    expect(await screen.findByText("Zoom is missing. An account owner can do it.")).toBeTruthy();
    expect(screen.getByText("not approved yet")).toBeTruthy();
    expect(screen.queryByRole("button", { name: /Schedule/ })).toBeNull();
    await user.click(screen.getByRole("button", { name: "Copy the text" }));
    expect(await navigator.clipboard.readText()).toBe("Please approve.");
    delete stub.me.gate;
    say("policy");
    expect(await screen.findByRole("heading", { name: "Meetings" })).toBeTruthy();
  });

  it("says that meetings are switched off", async () => {
    openTab("", {
      world: (stub) => {
        stub.me.features.meetings = false;
      },
    });
    expect(await screen.findByRole("heading", { name: "Meetings are switched off" })).toBeTruthy();
  });
});

describe("connecting", () => {
  const apart = (stub: import("../testing/stub").Stub) => {
    stub.me.zoom = "not_linked";
  };

  it("shows what it does and Connect, nothing else, and then goes on to what was asked for", async () => {
    const { stub, teams } = openTab("schedule", { world: apart });
    await screen.findByText(/Connect your Zoom account once/);
    expect(screen.getAllByRole("button").map(({ textContent }) => textContent)).toEqual(["Connect Zoom"]);
    await press("Connect Zoom");
    expect(await screen.findByRole("heading", { name: "Schedule a Zoom meeting" })).toBeTruthy();
    expect(teams.windows).toEqual(["http://localhost:8080/connect/i1"]);
    expect(stub.calls.find(({ path }) => path === "/connect/complete")?.body).toEqual({ code: "code" });
    expect(screen.getAllByText("Zoom and your calendar are connected.").length).toBeGreaterThan(0);
  });

  it("says what does not work when the calendar was declined, and where to add it", async () => {
    openTab("", {
      world: (stub) => {
        apart(stub);
        const linked = { ...stub.me, zoom: "linked", calendarState: "missing" };
        stub.instead.set("POST /connect/complete", { status: 200, body: linked });
      },
    });
    await press("Connect Zoom");
    expect(
      (await screen.findAllByText(/your calendar is not: .*connect it in the settings/)).length,
    ).toBeGreaterThan(0);
  });

  it("says that the window was closed, and takes the six digits that it may have shown", async () => {
    const { stub, teams } = openTab("", { world: apart });
    teams.code = undefined;
    await press("Connect Zoom");
    expect(await screen.findByText(/The window was closed/)).toBeTruthy();
    await press("The window shows a code?");
    await userEvent.type(screen.getByLabelText("Code with 6 digits"), "123 456");
    await press("Continue");
    expect(await screen.findByRole("heading", { name: "Meetings" })).toBeTruthy();
    expect(stub.calls.find(({ path }) => path === "/connect/complete")?.body).toEqual({ code: "123456" });
  });

  it("asks to connect again when the grant has died, and does by itself what was begun", async () => {
    const { stub, teams } = openTab();
    stub.instead.set("POST /meetings/now", refusal("not_linked", 403, "Connect Zoom again."));
    await press(/Start now/);
    await screen.findByRole("heading", { name: "Connect Zoom again" });
    stub.instead.clear();
    await press("Connect again");
    await waitFor(() => expect(teams.opened).toEqual(["http://localhost:8080/m/now1/start?ticket=t"]));
    const nonces = stub.calls
      .filter(({ path }) => path === "/meetings/now")
      .map(({ body }) => (body as { nonce: string }).nonce);
    expect(new Set(nonces).size).toBe(2);
  });

  it("leaves the step when the person does not want it now", async () => {
    const { stub } = openTab();
    stub.instead.set("POST /meetings/now", refusal("not_linked", 403, "Connect Zoom again."));
    await press(/Start now/);
    await press("Not now");
    expect(await screen.findByRole("heading", { name: "Meetings" })).toBeTruthy();
  });

  it("shows the relink step alone when the account says so", async () => {
    openTab("", {
      world: (stub) => {
        stub.me.zoom = "relink";
      },
    });
    expect(await screen.findByText(/The connection to the account Ana Duarte has ended/)).toBeTruthy();
  });
});
