import { Catch, Controller, Get, Global, Module, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { FastifyReply } from 'fastify';
import { AuthModule } from '../../../../src/auth/auth.module.js';
import { Caller } from '../../../../src/auth/caller.decorator.js';
import { ForPeople } from '../../../../src/auth/for-people.decorator.js';
import type { Principal } from '../../../../src/auth/principal.js';
import { Public } from '../../../../src/auth/public.decorator.js';
import { RequirePermissions } from '../../../../src/auth/require-permissions.decorator.js';
import { SigningKeys } from '../../../../src/auth/signing-keys.js';
import { CONFIG, loadConfig, type Config } from '../../../../src/config/config.js';
import { Problem } from '../../../../src/http/problem.js';
import { MIRROR_SETTINGS } from '../../../support/mirror-settings.js';
import { AUDIENCE, type TestIssuer } from './test-issuer.js';

@Controller()
class RoutesController {
  @Get('caller')
  caller(@Caller() caller: Principal) {
    return { ...caller, permissions: [...caller.permissions] };
  }

  @Public()
  @Get('public')
  public() {
    return 'open';
  }

  @ForPeople()
  @Get('for-people')
  forPeople() {
    return 'for people';
  }

  @RequirePermissions('onboarding:attest')
  @Get('attest')
  attest() {
    return 'attested';
  }
}

@Public()
@Controller('public-controller')
class PublicController {
  @Get('open')
  open() {
    return 'open';
  }

  @RequirePermissions('platform:admin')
  @Get('closed')
  closed() {
    return 'for operators';
  }
}

@RequirePermissions('platform:admin')
@Controller('operators')
class OperatorsController {
  @RequirePermissions('onboarding:attest')
  @Get('attest')
  attest() {
    return 'both';
  }
}

abstract class Inherited {
  @Get('inherited')
  inherited() {
    return 'inherited';
  }
}

@Public()
@Controller('open-child')
class OpenChildController extends Inherited {}

@Controller('closed-child')
class ClosedChildController extends Inherited {}

@Catch(Problem)
class TestProblemFilter implements ExceptionFilter<Problem> {
  catch({ status, code, detail, headers }: Problem, host: ArgumentsHost): void {
    void host.switchToHttp().getResponse<FastifyReply>().status(status).headers(headers).send({ code, detail });
  }
}

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Headers;
}

/** A Nest application with nothing but the auth module and some routes, listening on a free port. */
export class TestApp {
  private constructor(
    readonly app: NestFastifyApplication,
    readonly url: string,
  ) {}

  static async start(canonical: TestIssuer, custom?: TestIssuer): Promise<TestApp> {
    const config = configOf(canonical, custom);
    @Global()
    @Module({ providers: [{ provide: CONFIG, useValue: config }], exports: [CONFIG] })
    class TestConfigModule {}
    const module = await Test.createTestingModule({
      imports: [TestConfigModule, AuthModule],
      controllers: [
        RoutesController,
        PublicController,
        OperatorsController,
        OpenChildController,
        ClosedChildController,
      ],
    }).compile();
    const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
    app.useGlobalFilters(new TestProblemFilter());
    await app.listen(0, '127.0.0.1');
    return new TestApp(app, await app.getUrl());
  }

  get keys(): SigningKeys {
    return this.app.get(SigningKeys);
  }

  async get(path: string, token?: string): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`, { headers: token ? { authorization: `Bearer ${token}` } : {} });
    const text = await response.text();
    const body = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : { text };
    return { status: response.status, body, headers: response.headers };
  }

  async stop(): Promise<void> {
    await this.app.close();
  }
}

export const configOf = (canonical: TestIssuer, custom?: TestIssuer): Config =>
  loadConfig({
    DATABASE_URL: 'postgres://nobody@127.0.0.1/none',
    AUTH0_DOMAIN: canonical.baseUrl,
    AUTH0_CUSTOM_DOMAINS: custom?.baseUrl ?? '',
    AUTH0_AUDIENCE: AUDIENCE,
    ...MIRROR_SETTINGS,
  });
