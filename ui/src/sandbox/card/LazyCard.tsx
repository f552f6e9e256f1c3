// A card with the renderer loaded on first use.

import { Skeleton, SkeletonItem } from "@fluentui/react-components";
import { lazy, Suspense } from "react";
import type { CardProps } from "./Card";

const Card = lazy(() => import("./Card"));

export function LazyCard(props: CardProps) {
  return (
    <Suspense
      fallback={
        <Skeleton aria-label={props.label}>
          <SkeletonItem size={64} />
        </Skeleton>
      }
    >
      <Card {...props} />
    </Suspense>
  );
}
