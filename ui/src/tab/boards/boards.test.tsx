import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openTab } from "../testing/page";
import { refusal } from "../testing/stub";

const press = async (name: string | RegExp) =>
  userEvent.click(await screen.findByRole("button", { name, hidden: true }));

describe("whiteboards", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it("are reached from the list of meetings, and found by their names", async () => {
    openTab("");
    await press("Whiteboards");
    expect(await screen.findByRole("heading", { name: "Whiteboards", level: 1 })).toBeTruthy();
    expect((await screen.findAllByRole("listitem")).length).toBe(3);
    await userEvent.type(screen.getByRole("searchbox"), "booth");
    await waitFor(() => expect(screen.getAllByRole("listitem").length).toBe(1));
    expect(screen.getByText("For everyone with the link")).toBeTruthy();
    await userEvent.type(screen.getByRole("searchbox"), " of nobody");
    expect((await screen.findAllByText(/booth of nobody/)).length).toBeGreaterThan(0);
  });

  it("are one's own, or those shared with one, when that is asked for", async () => {
    openTab("boards");
    await userEvent.selectOptions(await screen.findByRole("combobox", { name: "Which whiteboards" }), "Mine");
    await waitFor(() => expect(screen.getAllByRole("listitem").length).toBe(1));
    expect(screen.getByText("Launch plan")).toBeTruthy();
    await userEvent.selectOptions(
      screen.getByRole("combobox", { name: "Which whiteboards" }),
      "Shared with me",
    );
    expect(await screen.findByText("Booth layout")).toBeTruthy();
    expect(screen.queryByText("Launch plan")).toBeNull();
    await userEvent.type(screen.getByRole("searchbox"), "launch");
    await waitFor(() => expect(screen.queryAllByRole("listitem").length).toBe(0));
  });

  it("say so where none were shared", async () => {
    openTab("boards", {
      world: (stub) => {
        stub.boards = stub.boards.slice(0, 1);
      },
    });
    await userEvent.selectOptions(
      await screen.findByRole("combobox", { name: "Which whiteboards" }),
      "Shared with me",
    );
    expect(await screen.findByText("No whiteboards were shared with you")).toBeTruthy();
  });

  it("show what they look like, where Zoom has a picture and the row is in view", async () => {
    let seen = () => {};
    vi.stubGlobal(
      "IntersectionObserver",
      class {
        constructor(tell: (entries: { isIntersecting: boolean }[]) => void) {
          const before = seen;
          seen = () => {
            before();
            tell([{ isIntersecting: true }]);
          };
        }
        observe() {}
        disconnect() {}
      },
    );
    const { stub } = openTab("boards", {
      world: (one) => {
        one.instead.set("GET /whiteboards/b2/picture", refusal("unavailable", 503, "Not now."));
      },
    });
    expect((await screen.findAllByRole("listitem")).length).toBe(3);
    expect(stub.calls.some(({ path }) => path.endsWith("/picture"))).toBe(false);
    seen();
    const picture = await screen.findByRole("img", { name: "Preview of “Launch plan”" });
    expect(picture.getAttribute("src")).toMatch(/^data:image\//);
    await waitFor(() => expect(stub.calls.filter(({ path }) => path.endsWith("/picture")).length).toBe(3));
    expect(screen.getAllByRole("img").length).toBe(1);
    expect(screen.queryByText("Not now.")).toBeNull();
  });

  it("are not offered where they are switched off", async () => {
    openTab("", {
      world: (stub) => {
        stub.me.features.whiteboard = false;
      },
    });
    expect(await screen.findByRole("button", { name: "Settings" })).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Whiteboards" })).toBeNull();
  });

  it("open in the browser, which is said before", async () => {
    const { teams } = openTab("boards");
    expect(await screen.findByText(/Zoom asks for its own sign-in/)).toBeTruthy();
    await press("Open “Launch plan”");
    await waitFor(() => expect(teams.opened).toEqual(["https://meridian.zoom.example/wb/doc/b1"]));
  });

  it("that may not be opened say whom to ask", async () => {
    openTab("boards", {
      world: (stub) => {
        stub.instead.set(
          "GET /whiteboards/b2",
          refusal("not_found", 404, "This whiteboard is not there any more, or you may not open it."),
        );
      },
    });
    await press(/^Open “Retrospective/);
    expect((await screen.findAllByText(/you may not open it/)).length).toBeGreaterThan(0);
  });

  it("are made with a name, and opened", async () => {
    const { stub, teams } = openTab("boards");
    await press("New whiteboard");
    await press("Create and open");
    expect(await screen.findByText("Say what the whiteboard is called.")).toBeTruthy();
    await userEvent.type(screen.getByRole("textbox", { name: /Name/ }), "Seating");
    await press("Create and open");
    await waitFor(() => expect(teams.opened).toEqual(["https://meridian.zoom.example/wb/doc/b9"]));
    expect(stub.changes()).toEqual(["POST /whiteboards"]);
    expect(await screen.findByText("Seating")).toBeTruthy();
  });

  it("are opened for the people of a conversation alone, where that can be done", async () => {
    const { stub } = openTab("boards");
    await press(/^Share “Retrospective/);
    const form = within((await screen.findByRole("dialog")).querySelector("form") as HTMLElement);
    await userEvent.click(form.getByRole("combobox", { name: "Who may open it" }));
    await userEvent.click(
      await screen.findByRole("option", { name: "The people of the conversation alone may edit" }),
    );
    await userEvent.click((await form.findAllByRole("radio"))[0] as HTMLElement);
    await userEvent.click(form.getByRole("button", { name: "Share" }));
    await waitFor(() =>
      expect(stub.calls.find(({ method }) => method === "POST")?.body).toMatchObject({
        open: "edit",
        only: true,
      }),
    );
  });

  it("do not offer that where it cannot", async () => {
    openTab("boards", {
      world: (stub) => {
        stub.boards = stub.boards.map((board) => ({ ...board, single: false }));
      },
    });
    await press(/^Share “Retrospective/);
    const form = within((await screen.findByRole("dialog")).querySelector("form") as HTMLElement);
    await userEvent.click(form.getByRole("combobox", { name: "Who may open it" }));
    expect(within(await screen.findByRole("listbox")).getAllByRole("option").length).toBe(4);
  });

  it("are shared with a warning when the chat could not open them", async () => {
    const { stub } = openTab("boards");
    await press(/^Share “Retrospective/);
    const form = within((await screen.findByRole("dialog")).querySelector("form") as HTMLElement);
    expect(form.getByText(/Only people who were added/)).toBeTruthy();
    await userEvent.click(form.getByRole("combobox", { name: "Who may open it" }));
    await userEvent.click(
      await screen.findByRole("option", { name: "Everyone in the Zoom account may comment" }),
    );
    expect(form.queryByText(/Only people who were added/)).toBeNull();
    await userEvent.click((await form.findAllByRole("radio"))[0] as HTMLElement);
    expect(await form.findByText(/have not connected Zoom here: Chloé Martin/)).toBeTruthy();
    await userEvent.click(form.getByRole("button", { name: "Share" }));
    await waitFor(() =>
      expect(stub.calls.find(({ method }) => method === "POST")?.body).toMatchObject({ open: "comment" }),
    );
    expect(
      stub.calls.some(({ path, query }) => path === "/conversations" && query.for === "whiteboards"),
    ).toBe(true);
    expect(await screen.findByText("Shared in Launch.")).toBeTruthy();
  });
});
