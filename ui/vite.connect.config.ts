import { defineConfig } from "vite";

// The script and the style sheet of the product's own small pages: one file each, shared with nothing.
export default defineConfig({
  base: "/ui/",
  build: {
    target: "es2022",
    emptyOutDir: false,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { connect: "src/connect/connect.ts" },
      output: { entryFileNames: "[name].js", assetFileNames: "[name][extname]" },
    },
  },
});
