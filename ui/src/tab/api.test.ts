import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Api, type Problem, paths, withQuery } from "./api";

const answers = vi.fn<(url: string, init: RequestInit) => Promise<Response>>();
const token = vi.fn<(fresh?: boolean) => Promise<string>>();
const api = new Api(token, () => ({ locale: "fr-FR", zone: "Europe/Paris" }));

beforeEach(() => {
  answers.mockReset();
  token.mockReset().mockImplementation(async (fresh) => (fresh ? "fresh" : "held"));
  vi.stubGlobal("fetch", answers);
  vi.setSystemTime(new Date("2026-03-04T09:40:00Z"));
});
afterEach(() => vi.useRealTimers());

const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error) => error as Problem,
  );
const header = (call: number, name: string) => new Headers(answers.mock.calls[call]?.[1].headers).get(name);

describe("a call", () => {
  it("carries the token, the language and the zone, and no cookie of its own making", async () => {
    answers.mockResolvedValue(new Response('{"a":1}'));
    expect(await api.get("/me")).toEqual({ a: 1 });
    expect(answers.mock.calls[0]?.[0]).toBe("/api/me");
    expect(["Authorization", "Accept-Language", "Time-Zone"].map((name) => header(0, name))).toEqual([
      "Bearer held",
      "fr-FR",
      "Europe/Paris",
    ]);
  });

  it("asks for a new token when the old one is refused, once", async () => {
    answers.mockImplementation(async () => new Response("{}", { status: 401 }));
    expect((await failure(api.get("/me")))?.kind).toBe("sign_in");
    expect([header(0, "Authorization"), header(1, "Authorization")]).toEqual(["Bearer held", "Bearer fresh"]);
    expect(answers).toHaveBeenCalledTimes(2);
  });

  it("passes on what Entra wants to know, with the next token and with the consent", async () => {
    const wanted = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}';
    const challenge = `Bearer error="insufficient_claims", claims="${btoa(wanted)}"`;
    answers.mockImplementation(
      async () => new Response("{}", { status: 401, headers: { "WWW-Authenticate": challenge } }),
    );
    expect((await failure(api.get("/people")))?.kind).toBe("sign_in");
    expect(token).toHaveBeenLastCalledWith(true, wanted);
    answers.mockImplementation(async () => new Response('{"url":"x"}'));
    await api.consent(["contacts"]);
    await api.consent(["contacts"]);
    const sent = answers.mock.calls.slice(2).map(([, init]) => JSON.parse(String(init.body)));
    expect(sent).toEqual([{ grants: ["contacts"], claims: wanted }, { grants: ["contacts"] }]);
  });

  it("says that Teams gave no token, and why", async () => {
    token.mockRejectedValue(new Error("resourceRequiresConsent"));
    expect(await failure(api.get("/me"))).toMatchObject({
      kind: "sign_in",
      message: "resourceRequiresConsent",
    });
    expect(answers).not.toHaveBeenCalled();
  });

  it("reads what is wrong with which field", async () => {
    answers.mockResolvedValue(
      new Response(
        JSON.stringify({
          type: "about:blank#invalid",
          detail: "Look again.",
          errors: [
            { location: "body.topic", message: "Give it a topic." },
            { location: "body.input.invitees[0].address", message: "No address." },
          ],
        }),
        { status: 422 },
      ),
    );
    expect(await failure(api.schedule("n", {} as never))).toMatchObject({
      kind: "invalid",
      message: "Look again.",
      more: { fields: { topic: "Give it a topic.", invitees: "No address." } },
    });
  });

  it("knows when to come back, and the reference", async () => {
    answers.mockResolvedValueOnce(
      new Response('{"type":"about:blank#busy","detail":"Enough for today."}', {
        status: 429,
        headers: { "Retry-After": "600" },
      }),
    );
    expect((await failure(api.get("/me")))?.more.until).toEqual(new Date("2026-03-04T09:50:00Z"));
    answers.mockResolvedValueOnce(new Response('{"instance":"X7K2"}', { status: 500 }));
    expect(await failure(api.get("/me"))).toMatchObject({ kind: "internal", more: { reference: "X7K2" } });
    answers.mockResolvedValueOnce(new Response("<html>", { status: 503 }));
    expect((await failure(api.get("/me")))?.kind).toBe("unavailable");
  });

  it("calls no answer offline, and leaves alone what was taken back", async () => {
    answers.mockRejectedValueOnce(new TypeError("Failed to fetch"));
    expect((await failure(api.get("/me")))?.kind).toBe("offline");
    answers.mockRejectedValueOnce(new DOMException("taken back", "AbortError"));
    expect((await failure(api.get("/me")))?.name).toBe("AbortError");
  });
});

it("writes paths that hold whatever a key is made of", () => {
  expect(paths.meeting("eAA/+=", "2026-03-04T10:00:00Z")).toBe(
    "/meetings/eAA%2F%2B%3D?original=2026-03-04T10%3A00%3A00Z",
  );
  expect(withQuery("/rooms", { q: "", capacity: 3, from: undefined })).toBe("/rooms?capacity=3");
});
