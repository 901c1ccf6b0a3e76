/** What the examples of the OpenAPI document have in common: the people and the tenant of the demo. */
export const EXAMPLE = {
  tenantId: '0ac3e000-0000-4000-8000-000000000001',
  tenantName: 'Acme',
  organizationId: 'org_9ybsU1dN2dKfDkBi',
  lineage: '6c1f6b1e-3d0a-4c55-9d38-6f0f5a2f6a10',
  jobId: '7d9a2c54-51b7-4f0e-8f0a-2f6f4f0b9c11',
  caseId: 'c4a0f3de-6f1e-4a7b-9a43-8f3f1f6d2b70',
  invitationId: '2b8e4f6a-0d1c-4e9b-8a7f-5c3d1e9f7a22',
  invitationToken: 'fhi_CsPgAAAAQACAAAAAAAAAASuOT2oNHE6bin9cPR6feiJzMAhx9EwWjnyUneLHUOYMLJu4_1MAF8WiZyNOnLTbjg',
  entryId: '91c7d5b3-8e2f-4a60-b1d4-6e0f3a9c8d33',
  idempotencyKey: 'b1f3c6d2-9a47-4e0b-8c55-1d7e2f4a6b90',
  etag: '"2-kcmdpahfbnolgeijabcdefgh"',
  cursor: 'YXV0aDB8M2FkNGE5ODk4YmNiN2JlZDIyMWRhOGM1',
  /** The `sub` of Ada, who owns the tenant. */
  owner: 'auth0|2a1322415fff1b1aceaebe78',
  /** The `sub` of Grace, an admin. */
  admin: 'auth0|769e43c912f220ed26d2898c',
  /** The `sub` of Alan, a member. */
  member: 'auth0|3ad4a9898bcb7bed221da8c5',
  /** Days in the order of the story. */
  joinedAt: '2026-03-02T08:55:00.000Z',
  completedAt: '2026-03-02T09:00:00.000Z',
  updatedAt: '2026-03-02T09:05:00.000Z',
  now: '2026-03-02T09:10:00.000Z',
} as const;
