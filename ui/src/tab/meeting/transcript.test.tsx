import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Transcript } from "../api";
import { type OpenOptions, offline, openTab } from "../testing/page";
import { details, meetings, transcript } from "../testing/seed";
import { refusal } from "../testing/stub";

afterEach(() => vi.useRealTimers());

const asked = "GET /meetings/m5/transcript";
const instead = (answer: Parameters<Map<string, ReturnType<typeof refusal>>["set"]>[1]): OpenOptions => ({
  world: (stub) => stub.instead.set(asked, answer),
});
const reading = (body: Partial<Transcript>) =>
  instead({ status: 200, body: { lines: [], page: "https://zoom.example/rec/share/weekly", ...body } });
const passages = () => screen.findAllByRole("listitem");

describe("what was said", () => {
  it("is read from the meeting, and leads back to it", async () => {
    const { stub } = openTab("m/m5");
    await userEvent.click(await screen.findByRole("button", { name: "Transcript" }));
    expect((await passages()).map((one) => one.textContent)).toEqual([
      "Ana Duarte0:02Good morning. Shall we begin with the onboarding?",
      "Ben Okafor1:05It was received well. <b>Two</b> questions about the forms are open.",
      "Ana Duarte1:02:05Thank you. Then we have all that we need.",
    ]);
    expect(screen.getByRole("heading", { name: "Transcript", level: 1 })).toBe(document.activeElement);
    expect(screen.getByText(/^Weekly planning · Monday/)).toBeTruthy();
    expect(stub.calls.filter(({ path }) => path.endsWith("/transcript")).map(({ query }) => query)).toEqual([
      { original: details.m5?.original ?? meetings.find(({ key }) => key === "m5")?.original },
    ]);
    await userEvent.click(screen.getByRole("button", { name: "Back" }));
    await userEvent.click(await screen.findByRole("button", { name: "Meeting chat" }));
    expect((await passages()).map((one) => one.textContent)).toEqual([
      "Ben Okafor0:30My notes are in the shared folder.\nThere are two pages.",
    ]);
  });

  it("is searched, by names too, and says how much is found", async () => {
    openTab("m/m5/transcript");
    await passages();
    const search = screen.getByRole("searchbox", { name: "Search in the text" });
    await userEvent.type(search, "ana");
    await waitFor(async () => expect(await passages()).toHaveLength(2));
    expect((await screen.findAllByText("2 passages found.")).length).toBeGreaterThan(0);
    await userEvent.clear(search);
    await userEvent.type(search, "<B>two");
    await waitFor(() => expect(document.querySelector("mark")?.textContent).toBe("<b>Two"));
    await userEvent.type(search, ".*(");
    await waitFor(() => expect(screen.queryByRole("listitem")).toBeNull());
    expect(screen.getAllByText("0 passages found.").length).toBeGreaterThan(0);
  });

  it("that is long comes in parts, and all of it is searched", async () => {
    const lines = Array.from({ length: 1000 }, (_, at) => ({ at, who: "Ana", text: `Sentence ${at}` }));
    openTab("m/m5/transcript", reading({ lines }));
    expect(await passages()).toHaveLength(200);
    await userEvent.click(screen.getByRole("button", { name: "Show more (800 left)" }));
    expect(await passages()).toHaveLength(400);
    await userEvent.type(screen.getByRole("searchbox"), "sentence 999");
    await waitFor(async () => expect(await passages()).toHaveLength(1));
  });

  it("waits, and says when there is none", async () => {
    let release = () => {};
    openTab("m/m5/transcript", {
      world: (stub) => {
        release = stub.hold(asked);
        stub.instead.set(asked, refusal("not_found", 404, "Zoom has none of this meeting."));
      },
    });
    expect(await screen.findByLabelText("Loading")).toBeTruthy();
    release();
    expect(await screen.findByText("Zoom has none of this meeting.")).toBeTruthy();
  });

  it("has no words", async () => {
    openTab("m/m5/transcript", reading({}));
    expect(await screen.findByText("There are no words in it")).toBeTruthy();
  });

  it.each(["This is too long to be shown here.", "To show this here, Ana Duarte has to connect Zoom again."])(
    "says %s, and leads to Zoom",
    async (note) => {
      const { teams } = openTab("m/m5/transcript", reading({ note }));
      expect(await screen.findByText(note, { exact: false })).toBeTruthy();
      await userEvent.click(screen.getByRole("button", { name: "Read it at Zoom" }));
      await waitFor(() => expect(teams.opened).toEqual(["https://zoom.example/rec/share/weekly"]));
    },
  );

  it("goes when the recording is withdrawn meanwhile", async () => {
    const { say } = openTab("m/m5/transcript");
    await passages();
    const { recap, ...left } = details.m5 ?? {};
    try {
      details.m5 = left;
      say("meetings");
      expect(await screen.findByText("There is nothing to read")).toBeTruthy();
      expect(screen.queryByRole("listitem")).toBeNull();
    } finally {
      details.m5 = { ...left, ...(recap ? { recap } : {}) };
    }
  });

  it("comes by itself when the connection does", async () => {
    const { stub } = openTab("m/m5/transcript", instead(offline));
    expect(await screen.findByText("You are offline")).toBeTruthy();
    stub.instead.delete(asked);
    window.dispatchEvent(new Event("online"));
    expect(await passages()).toHaveLength(transcript.lines.length);
  });
});
