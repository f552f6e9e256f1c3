import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The pages of ui/dist. The program serves that folder under /ui/ (see embed.go). File names carry no hash and
// the build is deterministic, because dist is committed.
export default defineConfig({
  base: "/ui/",
  plugins: [react()],
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 800,
    rolldownOptions: {
      input: { sandbox: "sandbox.html" },
      output: {
        entryFileNames: "assets/[name].js",
        chunkFileNames: "assets/[name].js",
        assetFileNames: "assets/[name][extname]",
      },
    },
  },
  server: { proxy: { "/sandbox/v1": process.env.SANDBOX_URL ?? "http://127.0.0.1:8081" } },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/sandbox/testing/setup.ts"],
    testTimeout: 90_000, // a busy machine fails no test
    maxWorkers: "100%", // a machine of two would have one of them idle
  },
});
