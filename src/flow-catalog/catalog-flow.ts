import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { flowOf, validateDefinition, type Flow, type FlowDefinition } from '../flow/index.js';
import { textsOf } from './flow-meaning.js';
import { StepSchemaCompiler, type StepSchemas } from './step-schemas.js';

/** A flow version that this process can serve. */
export interface CatalogFlow extends Flow {
  readonly schemas: StepSchemas;
  /** 8 letters from a to p, which change with the texts that a person reads. */
  readonly textsTag: string;
}

/** The flow, or one sentence for each fault. */
export type Prepared = { readonly flow: CatalogFlow } | { readonly faults: readonly string[] };

/** Checks definitions, and makes flows of them. */
@Injectable()
export class FlowPreparation {
  private readonly compiler = new StepSchemaCompiler();

  prepare(definition: FlowDefinition): Prepared {
    const faults = validateDefinition(definition);
    if (faults.length > 0) return { faults };
    const schemas = this.compiler.compile(definition, faults);
    if (faults.length > 0) return { faults };
    return { flow: { ...flowOf(definition), schemas, textsTag: lettersOf(textsOf(definition)) } };
  }
}

const lettersOf = (text: string): string =>
  hash('sha256', text)
    .slice(0, 8)
    .replace(/./g, (digit) => String.fromCharCode(97 + Number.parseInt(digit, 16)));

export const haveSameParts = (one: Flow, other: Flow): boolean =>
  one === other || (one.has('tenant') === other.has('tenant') && one.has('member') === other.has('member'));
