// A card with the renderer loaded on first use.

import { Skeleton, SkeletonItem } from "@fluentui/react-components";
import { lazy, Suspense } from "react";
import { usePreferences } from "../preferences";
import { useWorld } from "../shell/world";
import { localeOf } from "../text/text";
import type { CardProps } from "./Card";

const Card = lazy(() => import("./Card"));

/** A card as who is looking reads it. */
export function LazyCard(props: Omit<CardProps, "reader">) {
  const { me } = useWorld();
  const { language } = usePreferences();
  return (
    <Suspense
      fallback={
        <Skeleton aria-label={props.label}>
          <SkeletonItem size={64} />
        </Skeleton>
      }
    >
      <Card {...props} reader={{ locale: localeOf(me, language), zone: me.zone }} />
    </Suspense>
  );
}
