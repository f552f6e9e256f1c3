import { defineConfig } from "vite";
import { ownOrigins } from "./teamsOrigins.ts";

// The script of the product’s own small pages: one file, shared with nothing. Their style sheet is public/connect.css.
export default defineConfig({
  base: "/ui/",
  publicDir: false,
  plugins: [ownOrigins()],
  build: {
    target: "es2022",
    emptyOutDir: false,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { connect: "src/connect/connect.ts" },
      output: { format: "iife", entryFileNames: "[name].js", assetFileNames: "[name][extname]" },
    },
  },
});
