import { createDOMRenderer, RendererProvider } from "@fluentui/react-components";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Boot } from "./start/Boot";
import "./tab.css";
import { connectTeams } from "./teams";

const root = document.getElementById("root");
const said = (name: string) => document.querySelector<HTMLMetaElement>(`meta[name=${name}]`)?.content ?? "";
const renderer = createDOMRenderer(document, { styleElementAttributes: { nonce: said("style-nonce") } });
const origins = said("teams-origins").split(/\s+/).filter(Boolean);

if (root) {
  createRoot(root).render(
    <StrictMode>
      <RendererProvider renderer={renderer}>
        <Boot connect={() => connectTeams(origins)} />
      </RendererProvider>
    </StrictMode>,
  );
}
