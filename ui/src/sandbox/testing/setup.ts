// What jsdom lacks and this page needs.

import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeEach, vi } from "vitest";

// Looks are asked of a real browser (e2e): here styles would cost a second for each question about the page.
configure({ asyncUtilTimeout: 30_000 });
CSSStyleSheet.prototype.insertRule = () => 0;

class Observer {
  observe() {}
  unobserve() {}
  disconnect() {}
}

/** Event streams that the page opened, newest last; a test says what changed. */
export class FakeEventSource extends EventTarget {
  static opened: FakeEventSource[] = [];
  constructor(readonly url: string) {
    super();
    FakeEventSource.opened.push(this);
  }
  close() {}
  say(...topics: string[]) {
    this.dispatchEvent(new MessageEvent("changed", { data: JSON.stringify({ topics }) }));
  }
}

Object.defineProperty(HTMLElement.prototype, "innerText", {
  configurable: true,
  get(this: HTMLElement) {
    return this.textContent;
  },
  set(this: HTMLElement, text: string) {
    this.textContent = text;
  },
});

beforeEach(() => {
  FakeEventSource.opened = [];
  vi.stubGlobal("ResizeObserver", Observer);
  vi.stubGlobal("IntersectionObserver", Observer);
  vi.stubGlobal("EventSource", FakeEventSource);
  vi.stubGlobal("matchMedia", (media: string) => ({
    media,
    matches: false,
    addEventListener() {},
    removeEventListener() {},
    addListener() {},
    removeListener() {},
  }));
  localStorage.clear();
  window.location.hash = "";
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});
