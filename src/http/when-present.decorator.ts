import { ValidateIf } from 'class-validator';

/** A field that may be left out. Other than class-validator's `IsOptional` it lets no null through. */
export const WhenPresent = (): PropertyDecorator => ValidateIf((_object, value: unknown) => value !== undefined);
