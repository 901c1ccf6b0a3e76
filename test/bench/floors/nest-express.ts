import 'reflect-metadata';
import {
  Body,
  Controller,
  ForbiddenException,
  Get,
  Headers,
  HttpCode,
  Injectable,
  Module,
  NotFoundException,
  Param,
  Post,
  Request,
  UseGuards,
  ValidationPipe,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuthGuard, PassportModule, PassportStrategy } from '@nestjs/passport';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import { IsIn, IsObject, IsOptional, IsString, MaxLength } from 'class-validator';
import { passportJwtSecret } from 'jwks-rsa';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { DataSource, Repository } from 'typeorm';
import { HistoryEntry, Membership, Operation, Progress, Tenant } from './nest-express.entities.js';
import { readFloorSettings } from './settings.js';

/*
 * The textbook way to the same answers: Nest on Express, repositories of TypeORM with `save()` in a transaction,
 * passport-jwt with jwks-rsa as its documentation shows, and a guard that looks up whose data a person may see, because an
 * Auth0 token does not say. In one file, as a tutorial would have it.
 */

const settings = readFloorSettings(process.env);

interface Person {
  readonly subject: string;
}

interface Caller extends Person {
  readonly tenantId: string;
}

class TransitionDto {
  @IsString()
  @MaxLength(100)
  step!: string;

  @IsIn(['save', 'complete'])
  action!: 'save' | 'complete';

  @IsOptional()
  @IsObject()
  data?: object;
}

@Injectable()
class JwtStrategy extends PassportStrategy(Strategy) {
  constructor() {
    super({
      secretOrKeyProvider: passportJwtSecret({
        cache: true,
        rateLimit: true,
        jwksRequestsPerMinute: 5,
        jwksUri: settings.jwksUri,
      }),
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      audience: settings.audience,
      issuer: settings.issuer,
      algorithms: ['RS256'],
    });
  }

  validate(claims: Record<string, string>): Person {
    return { subject: claims['sub'] as string };
  }
}

/** Whose data? */
@Injectable()
class TenantGuard implements CanActivate {
  constructor(@InjectRepository(Membership) private readonly memberships: Repository<Membership>) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<{ user: Person; caller: Caller }>();
    const { subject } = request.user;
    const membership = await this.memberships.findOne({
      where: { subject, status: 'active' },
      relations: { tenant: true },
    });
    if (!membership || membership.tenant.status === 'closed') throw new ForbiddenException();
    request.caller = { subject, tenantId: membership.tenantId };
    return true;
  }
}

@Injectable()
class OnboardingService {
  constructor(
    @InjectRepository(Progress) private readonly progress: Repository<Progress>,
    private readonly dataSource: DataSource,
  ) {}

  async find({ tenantId }: Caller, flowKey: string): Promise<Progress> {
    const progress = await this.progress.findOneBy({ tenantId, flowKey, subject: '' });
    if (!progress) throw new NotFoundException();
    return progress;
  }

  async transition(caller: Caller, flowKey: string, key: string, dto: TransitionDto): Promise<Progress> {
    const { tenantId, subject: actor } = caller;
    const { step, action, data } = dto;
    return this.dataSource.transaction(async (manager) => {
      const progress = await manager.getRepository(Progress).findOne({
        where: { tenantId, flowKey, subject: '' },
        lock: { mode: 'pessimistic_write' },
      });
      if (!progress) throw new NotFoundException();
      const now = new Date();
      const status = action === 'complete' ? 'completed' : (progress.steps[step]?.status ?? 'in_progress');
      progress.steps = { ...progress.steps, [step]: { status, at: now.toISOString(), by: actor } };
      progress.data = { ...progress.data, [step]: { ...progress.data[step], ...data } };
      progress.revision += 1;
      progress.startedAt ??= now;
      progress.updatedAt = now;
      await manager.getRepository(Progress).save(progress);
      const { revision, flowVersion } = progress;
      const historyEntries = manager.getRepository(HistoryEntry);
      await historyEntries.save(
        historyEntries.create({
          tenantId,
          flowKey,
          subject: '',
          revision,
          otherRevision: 0,
          flowVersion,
          action,
          step,
          effects: [{ kind: 'data', step, merge: data }],
          actor,
          actorKind: 'member',
          operationKey: key,
          recordedAt: now,
        }),
      );
      const operations = manager.getRepository(Operation);
      await operations.save(
        operations.create({
          tenantId,
          actor,
          key,
          requestHash: '',
          applied: true,
          flowKey,
          subject: '',
          revision,
          createdAt: now,
        }),
      );
      return progress;
    });
  }
}

@UseGuards(AuthGuard('jwt'), TenantGuard)
@Controller('v1/onboarding')
class OnboardingController {
  constructor(private readonly onboarding: OnboardingService) {}

  @Get(':flow')
  find(@Request() request: { caller: Caller }, @Param('flow') flow: string): Promise<Progress> {
    return this.onboarding.find(request.caller, flow);
  }

  @Post(':flow/transitions')
  @HttpCode(200)
  transition(
    @Request() request: { caller: Caller },
    @Param('flow') flow: string,
    @Headers('idempotency-key') key: string,
    @Body() dto: TransitionDto,
  ): Promise<Progress> {
    return this.onboarding.transition(request.caller, flow, key, dto);
  }
}

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'postgres',
      url: settings.databaseUrl,
      entities: [Progress, HistoryEntry, Operation, Membership, Tenant],
      poolSize: 10,
    }),
    TypeOrmModule.forFeature([Progress, HistoryEntry, Operation, Membership]),
    PassportModule,
  ],
  controllers: [OnboardingController],
  providers: [OnboardingService, JwtStrategy, TenantGuard],
})
class AppModule {}

const app = await NestFactory.create<NestExpressApplication>(AppModule, { logger: ['error'] });
app.useGlobalPipes(new ValidationPipe({ whitelist: true }));
await app.listen(settings.port, '127.0.0.1');
