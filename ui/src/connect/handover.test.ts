import { beforeEach, describe, expect, it, vi } from "vitest";
import { connect, type Teams } from "./handover";

function teams(initialize: Teams["initialize"]) {
  return { initialize: vi.fn(initialize), notifySuccess: vi.fn<Teams["notifySuccess"]>() };
}

describe("the last page of the connect pop-up", () => {
  beforeEach(() => {
    document.body.innerHTML = "";
    document.body.dataset.result = "one-time-code";
    document.body.dataset.origins = "https://teams.microsoft.com  http://127.0.0.1:8081";
    delete document.body.dataset.state;
  });

  it("hands the code to the Teams window, for the given origins only", async () => {
    const window = teams(async () => {});
    expect(await connect(document, window, 1000)).toBe("done");
    expect(window.initialize).toHaveBeenCalledWith(["https://teams.microsoft.com", "http://127.0.0.1:8081"]);
    expect(window.notifySuccess).toHaveBeenCalledExactlyOnceWith("one-time-code");
    expect(document.body.dataset.state).toBe("done");
  });

  it("waits visibly, then shows the manual code when nobody answers", async () => {
    vi.useFakeTimers();
    const window = teams(() => new Promise(() => {}));
    const ended = connect(document, window, 4000);
    expect(document.body.dataset.state).toBe("waiting");
    await vi.advanceTimersByTimeAsync(3999);
    expect(document.body.dataset.state).toBe("waiting");
    await vi.advanceTimersByTimeAsync(1);
    expect(await ended).toBe("manual");
    expect(document.body.dataset.state).toBe("manual");
    expect(window.notifySuccess).not.toHaveBeenCalled();
    vi.useRealTimers();
  });

  it("shows the manual code at once when there is no window to answer", async () => {
    const window = teams(() => Promise.reject(new Error("no parent window")));
    expect(await connect(document, window, 60_000)).toBe("manual");
  });

  it("does nothing on a page without a code", async () => {
    delete document.body.dataset.result;
    const window = teams(async () => {});
    expect(await connect(document, window, 1000)).toBe("nothing");
    expect(window.initialize).not.toHaveBeenCalled();
  });
});
