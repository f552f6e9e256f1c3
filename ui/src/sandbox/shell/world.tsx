// Who is looking, who else there is, and in what state the world is: for every page below.

import { createContext, type ReactNode, useContext } from "react";
import type { App, Chat, Person, State } from "../api";

export interface World {
  me: Person;
  people: Person[];
  state?: State | undefined;
  apps: App[];
  chats: Chat[];
  chatsLoading: boolean;
  /** Origins of the product, for its pages in frames and pop-ups. */
  origins: readonly string[];
  /** The time of the emulated world. */
  now(): Date;
}

export const WorldContext = createContext<World | undefined>(undefined);

export function WorldProvider({ world, children }: { world: World; children: ReactNode }) {
  return <WorldContext value={world}>{children}</WorldContext>;
}

export function useWorld(): World {
  const world = useContext(WorldContext);
  if (!world) throw new Error("useWorld outside WorldProvider");
  return world;
}

/** The administrator of the seeds: sees the approvals. */
export const administrator = "jo";
