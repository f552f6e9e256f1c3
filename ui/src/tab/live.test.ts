import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { listen } from "./live";

/** A stream that the test speaks into. */
function stream() {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(made) {
      controller = made;
    },
  });
  return {
    response: new Response(body),
    say: (text: string) => controller?.enqueue(new TextEncoder().encode(text)),
    end: () => controller?.close(),
  };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it("tells each topic that it knows, however the bytes are cut", async () => {
  const one = stream();
  const changed = vi.fn();
  const silence = listen({ open: async () => one.response, changed });
  one.say(": keep-alive\n\nevent: meet");
  one.say("ings\r\ndata: {}\r\n\r\nevent: policy\ndata: {}\n\nevent: other\ndata: {}\n\n");
  await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(1));
  expect(changed).toHaveBeenCalledWith(["meetings", "policy"]);
  silence();
});

it("comes back later and later, and takes anything to have changed meanwhile", async () => {
  const streams = [stream(), stream()];
  const changed = vi.fn();
  const open = vi
    .fn<() => Promise<Response>>()
    .mockResolvedValueOnce((streams[0] as ReturnType<typeof stream>).response)
    .mockRejectedValueOnce(new TypeError("no connection"))
    .mockResolvedValue((streams[1] as ReturnType<typeof stream>).response);
  const silence = listen({ open, changed, random: () => 1 });
  await vi.advanceTimersByTimeAsync(0);
  streams[0]?.end();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(open).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(1_999);
  expect(open).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(open).toHaveBeenCalledTimes(3);
  expect(changed).toHaveBeenCalledExactlyOnceWith();
  silence();
});

it("comes back at once with the connection, and not at all when nobody listens", async () => {
  const open = vi.fn<() => Promise<Response>>().mockRejectedValue(new TypeError("no connection"));
  const silence = listen({ open, changed: vi.fn(), random: () => 1 });
  await vi.advanceTimersByTimeAsync(0);
  window.dispatchEvent(new Event("online"));
  await vi.advanceTimersByTimeAsync(0);
  expect(open).toHaveBeenCalledTimes(2);
  silence();
  await vi.advanceTimersByTimeAsync(120_000);
  expect(open).toHaveBeenCalledTimes(2);
});
