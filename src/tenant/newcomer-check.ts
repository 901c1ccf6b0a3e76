/**
 * Asked before a person whom the directory does not know gets a draft tenant: they may be known elsewhere, and the
 * database may be what has lost them. A port: the application's module binds an implementation to it.
 */
export abstract class NewcomerCheck {
  /** @throws Problem `reconciliation_required` when somebody must decide first */
  abstract admit(subject: string): Promise<void>;
}
