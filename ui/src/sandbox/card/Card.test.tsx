import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { formCard, meetingCard } from "../testing/seed";
import Card from "./Card";

const reader = { locale: "en-GB", zone: "Europe/Paris" };

describe("Card", () => {
  it("writes dates as the reader's region does, in the reader's zone, whatever the language of the card", () => {
    const text = "{{DATE(2026-11-27T23:30:00Z, LONG)}} {{TIME(2026-11-27T23:30:00Z)}}";
    const card = { type: "AdaptiveCard", version: "1.5", lang: "en", body: [{ type: "TextBlock", text }] };
    const { rerender } = render(<Card card={card} label="Card" reader={reader} onAction={() => {}} />);
    expect(screen.getByText(/^Saturday,? 28 November 2026 0?0:30$/)).toBeTruthy();
    const evan = { locale: "en-US", zone: "America/New_York" };
    rerender(<Card card={card} label="Card" reader={evan} onAction={() => {}} />);
    expect(screen.getByText(/^Friday, November 27, 2026 6:30.PM$/)).toBeTruthy();
  });

  it("shows what the card says", () => {
    render(<Card card={meetingCard} label="Card" reader={reader} onAction={() => {}} />);
    expect(screen.getByRole("group", { name: "Card" })).toBeTruthy();
    expect(screen.getByText("Launch review")).toBeTruthy();
    expect(screen.getByText("852 1234 5678")).toBeTruthy();
  });

  it("reports the number of the action and the inputs, not the action's own data", async () => {
    const acted = vi.fn();
    render(<Card card={formCard} label="Card" reader={reader} onAction={acted} />);
    const topic = screen.getByLabelText(/Topic/);
    await userEvent.clear(topic);
    await userEvent.type(topic, "Retro");
    await userEvent.click(screen.getByRole("button", { name: "Schedule" }));
    expect(acted).toHaveBeenCalledExactlyOnceWith(
      0,
      expect.objectContaining({
        topic: "Retro",
        date: "2026-03-05",
        time: "15:00",
        duration: "30",
        who: "all",
        waiting: "true",
      }),
    );
    expect(acted.mock.calls[0]?.[1]).not.toHaveProperty("nonce");
  });

  it("keeps what is typed when it is drawn again with the same card", async () => {
    const { rerender } = render(<Card card={formCard} label="Card" reader={reader} onAction={() => {}} />);
    await userEvent.type(screen.getByLabelText(/Topic/), "!");
    rerender(<Card card={structuredClone(formCard)} label="Card" reader={reader} onAction={() => {}} busy />);
    expect(screen.getByLabelText<HTMLInputElement>(/Topic/).value).toBe("Launch review!");
  });

  it("asks for what is required before it reports", async () => {
    const acted = vi.fn();
    render(<Card card={formCard} label="Card" reader={reader} onAction={acted} />);
    await userEvent.clear(screen.getByLabelText(/Topic/));
    await userEvent.click(screen.getByRole("button", { name: "Schedule" }));
    expect(acted).not.toHaveBeenCalled();
    expect(screen.getByText("A meeting needs a topic")).toBeTruthy();
  });

  it("opens addresses in a window of their own, web addresses only", async () => {
    const open = vi.fn();
    vi.stubGlobal("open", open);
    const acted = vi.fn();
    render(<Card card={meetingCard} label="Card" reader={reader} onAction={acted} />);
    await userEvent.click(screen.getByRole("link", { name: "Join" }));
    expect(open).toHaveBeenCalledExactlyOnceWith(
      "http://127.0.0.1:8082/j/85212345678?pwd=abc",
      "_blank",
      "noopener",
    );
    expect(acted).not.toHaveBeenCalled();
  });

  it("opens a card in the card, whose action has its own number", async () => {
    const acted = vi.fn();
    render(<Card card={meetingCard} label="Card" reader={reader} onAction={acted} />);
    await userEvent.click(screen.getByRole("button", { name: "Invite more" }));
    expect(acted).not.toHaveBeenCalled();
    await userEvent.type(screen.getByLabelText(/Name or e-mail/), "Gus");
    await userEvent.click(screen.getByRole("button", { name: "Invite" }));
    expect(acted).toHaveBeenCalledExactlyOnceWith(3, { who: "Gus" });
  });

  it("shows tables", () => {
    const cell = (text: string) => ({ type: "TableCell", items: [{ type: "TextBlock", text }] });
    const table = {
      type: "Table",
      columns: [{ width: 1 }],
      rows: [{ type: "TableRow", cells: [cell("In a table")] }],
    };
    render(
      <Card
        card={{ type: "AdaptiveCard", version: "1.5", body: [table] }}
        label="Card"
        reader={reader}
        onAction={() => {}}
      />,
    );
    expect(screen.getByText("In a table")).toBeTruthy();
  });
});
