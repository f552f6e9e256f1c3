import { useCallback } from "react";
import { useSession } from "../session";

/** Copies text and says what was copied. Frames may be kept from the clipboard: then a selection is copied as before there was one. */
export function useCopy(): (text: string, said: string) => Promise<void> {
  const { notify, t } = useSession();
  return useCallback(
    async (text: string, said: string) => {
      const copied = await write(text);
      notify(copied ? said : t("tab.copy_failed"));
    },
    [notify, t],
  );
}

async function write(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return select(text);
  }
}

function select(text: string): boolean {
  const before = document.activeElement as HTMLElement | null;
  const area = document.createElement("textarea");
  area.value = text;
  area.setAttribute("readonly", "");
  area.style.setProperty("position", "fixed");
  area.style.setProperty("opacity", "0");
  document.body.appendChild(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  before?.focus();
  return copied;
}
