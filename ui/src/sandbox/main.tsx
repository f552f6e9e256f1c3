import { createDOMRenderer, RendererProvider } from "@fluentui/react-components";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { PreferencesProvider } from "./preferences";
import "./sandbox.css";

const root = document.getElementById("root");
const nonce = document.querySelector<HTMLMetaElement>("meta[name=style-nonce]")?.content ?? "";
const renderer = createDOMRenderer(document, { styleElementAttributes: { nonce } });

if (root) {
  createRoot(root).render(
    <StrictMode>
      <RendererProvider renderer={renderer}>
        <PreferencesProvider>
          <App />
        </PreferencesProvider>
      </RendererProvider>
    </StrictMode>,
  );
}
