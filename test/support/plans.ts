/** A node of a plan as EXPLAIN (FORMAT JSON) gives it. */
export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Parent Relationship'?: string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Filter?: string;
  readonly 'Total Cost': number;
  readonly 'Plan Rows': number;
  readonly Plans?: readonly PlanNode[];
}

export interface PlanLimits {
  readonly growing: ReadonlySet<string>;
  /** The default of `jit_above_cost`. */
  readonly cost: number;
  /** Most rows of one table that a statement may read without a LIMIT that ends the reading. */
  readonly rows: number;
}

/** What PostgreSQL before 18 adds to the cost of a scan that a setting forbids. */
const DISABLED_COST = 1e10;
/** Nodes that give a row as soon as they have one, so that a Limit above them ends the reading. */
const STREAMING = new Set([
  'Limit',
  'LockRows',
  'Nested Loop',
  'Result',
  'Subquery Scan',
  'Append',
  'Merge Append',
  'Merge Join',
  'Unique',
  'Incremental Sort',
  'Group',
]);

const SEPARATE = new Set(['InitPlan', 'SubPlan']);

/** A sentence for each fault of the plan. */
export function faultsOf(root: PlanNode, limits: PlanLimits): string[] {
  const faults: string[] = [];
  const cost = root['Total Cost'] % DISABLED_COST;
  if (cost > limits.cost) faults.push(`costs ${Math.round(cost)}`);
  visit(root, false);
  return faults;

  function visit(node: PlanNode, isLimited: boolean): void {
    const relation = node['Relation Name'];
    if (relation !== undefined && limits.growing.has(relation)) {
      // A limit ends a scan that leaves nothing out.
      const isEnded = isLimited && node.Filter === undefined;
      if (node['Node Type'] === 'Seq Scan' && !isEnded) faults.push(`scans ${relation}`);
      else if (!isLimited && node['Plan Rows'] > limits.rows && node['Node Type'] !== 'ModifyTable') {
        faults.push(
          `reads ${Math.round(node['Plan Rows'])} rows of ${relation} by ${node['Index Name'] ?? node['Node Type']}`,
        );
      }
    }
    const limitsBelow = node['Node Type'] === 'Limit' || (isLimited && STREAMING.has(node['Node Type']));
    for (const child of node.Plans ?? []) {
      // No Limit outside of a subplan ends its reading.
      const isSeparate = SEPARATE.has(child['Parent Relationship'] ?? '');
      // A merge begins with the first row of each side.
      const isBeginning = node['Node Type'] !== 'Merge Join' || child['Index Cond'] !== undefined;
      visit(child, limitsBelow && !isSeparate && isBeginning);
    }
  }
}
