import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { ownOrigins } from "./teamsOrigins.ts";

// The tab. The product serves the document at /tab, and dist/tab/ below /assets/tab/: all URLs of this build begin so.
export default defineConfig({
  base: "/assets/",
  publicDir: false,
  plugins: [react(), ownOrigins()],
  build: {
    target: "es2022",
    emptyOutDir: false,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 800,
    rolldownOptions: {
      input: { tab: "tab.html" },
      output: {
        entryFileNames: "tab/[name].js",
        chunkFileNames: "tab/[name].js",
        assetFileNames: "tab/[name][extname]",
      },
    },
  },
  server: { proxy: { "/api": process.env.PRODUCT_URL ?? "http://localhost:8080" } },
});
