import { render } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { call } from "./api";
import { PreferencesProvider } from "./preferences";

afterEach(() => {
  localStorage.clear();
  vi.unstubAllGlobals();
});

it("says in which language Teams is, so that the bot answers in it", async () => {
  const asked = vi.fn<typeof fetch>(async () => new Response("{}"));
  vi.stubGlobal("fetch", asked);
  for (const [language, locale] of [
    ["fr", "fr-FR"],
    ["en", "en-GB"],
  ]) {
    localStorage.setItem("causeway-sandbox", JSON.stringify({ language }));
    render(<PreferencesProvider>{null}</PreferencesProvider>);
    await call("POST", "/people/ana/chats/bot/messages", { text: "aide" });
    expect(asked.mock.lastCall?.[1]?.headers).toMatchObject({ "Accept-Language": locale });
  }
});
