import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Authentication } from './authentication.js';
import { ImpersonatedWrites } from './impersonated-writes.js';
import { IssuerCheck } from './issuer-check.js';
import { JwtAuthGuard } from './jwt-auth.guard.js';
import { JwtStrategy } from './jwt.strategy.js';
import { SigningKeys } from './signing-keys.js';
import { TokenCache } from './token-cache.js';
import { TokenClock } from './token-clock.js';

/** Who calls: verifies access tokens and closes every route that is not `@Public()`. */
@Module({
  providers: [
    Authentication,
    ImpersonatedWrites,
    IssuerCheck,
    SigningKeys,
    TokenCache,
    TokenClock,
    JwtStrategy,
    { provide: APP_GUARD, useClass: JwtAuthGuard },
  ],
  exports: [Authentication, ImpersonatedWrites, IssuerCheck, SigningKeys, TokenClock],
})
export class AuthModule {}
