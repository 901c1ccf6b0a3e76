import { Skeleton } from '@mantine/core';
import type { ReactElement } from 'react';

/** While the service has not answered yet and this browser knows nothing better. */
export function PageSkeleton(): ReactElement {
  return (
    <div className="narrow-card" data-gate="wait" role="status">
      <h1 className="visually-hidden">Loading your workspace</h1>
      <Skeleton h={36} w="60%" mb="md" />
      <Skeleton h={18} w="85%" mb="xl" />
      <Skeleton h={180} radius="lg" />
    </div>
  );
}
