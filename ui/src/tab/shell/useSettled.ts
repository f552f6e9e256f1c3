import { useEffect, useState } from "react";

/** What was entered, once the person has stopped entering for a moment; what was emptied, at once. */
export function useSettled(entered: string, ms = 250): string {
  const [settled, setSettled] = useState(entered);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(entered), entered ? ms : 0);
    return () => clearTimeout(timer);
  }, [entered, ms]);
  return settled;
}
