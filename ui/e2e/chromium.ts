/** The system's Chromium, quiet: no download of a browser, no calls home. */
export const browser = {
  browserName: "chromium" as const,
  // What fades in has too little contrast for a moment; nothing moves for people who ask for that, and for tests.
  contextOptions: { reducedMotion: "reduce" as const },
  launchOptions: {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  },
};
