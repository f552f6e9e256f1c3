// Pictures of whiteboards: asked for once for each state of a board, a few at the same time.

import type { Board } from "../api";

const atOnce = 3;

export class Pictures {
  private readonly known = new Map<string, Promise<string>>();
  private readonly waiting: (() => void)[] = [];
  private running = 0;

  constructor(private readonly read: (id: string) => Promise<string>) {}

  /** A data URL; "" when there is none, or none just now. */
  of({ id, modified }: Pick<Board, "id" | "modified">): Promise<string> {
    const key = `${id} ${modified}`;
    const known = this.known.get(key);
    if (known) return known;
    const asked = this.ask(id).catch(() => {
      this.known.delete(key);
      return "";
    });
    this.known.set(key, asked);
    return asked;
  }

  private async ask(id: string): Promise<string> {
    while (this.running >= atOnce) await new Promise<void>((go) => this.waiting.push(go));
    this.running++;
    try {
      return await this.read(id);
    } finally {
      this.running--;
      this.waiting.shift()?.();
    }
  }
}
