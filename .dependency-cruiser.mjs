// engine <- mm <- kvm <- lab <- host <- server <- cli. An arrow points from the one that is used; types count as much as values.

/** The folders of src in arrow order. Each may import itself and what stands before it. */
const LAYERS = ['engine', 'mm', 'kvm', 'lab', 'host', 'server', 'cli'];

const arrows = LAYERS.slice(0, -1).map((layer, index) => ({
  name: `${layer}-looks-inward-only`,
  comment: `src/${layer} must not know ${LAYERS.slice(index + 1).join(', ')}: see docs/architecture.md.`,
  severity: 'error',
  from: { path: `^src/${layer}/` },
  to: { path: `^src/(${LAYERS.slice(index + 1).join('|')})/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...arrows,
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one idea, or need a third. Cycles of types alone are harmless.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'nothing-imports-tests',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|scripts)/' },
    },
    {
      name: 'engine-is-bare',
      comment: 'The engine knows no package, except rxjs in the scheduler and the record bus.',
      severity: 'error',
      from: { path: '^src/engine/' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'core'], pathNot: '(^|/)node_modules/rxjs/' },
    },
    {
      name: 'model-has-no-outside',
      comment: 'mm and KVM know rxjs and nothing of the host: no file, no clock, no server.',
      severity: 'error',
      from: { path: '^src/(mm|kvm)/' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'core'], pathNot: '(^|/)node_modules/rxjs/' },
    },
    {
      name: 'worker-stays-light',
      comment:
        'A worker thread starts for every run that was cancelled or died, so it loads the model and little else.',
      severity: 'error',
      from: { path: '^src/server/(run|trace)-worker\\.ts$' },
      to: { reachable: true, path: '(^|/)node_modules/(fastify|@fastify|commander|pino|piscina|ws)/' },
    },
    {
      name: 'client-stands-alone',
      comment: 'The client goes into other programs and into browsers: it knows the interface, and nothing behind it.',
      severity: 'error',
      from: { path: '^src/client/' },
      to: { pathNot: '^src/client/|(^|/)node_modules/(openapi-fetch|rxjs)/' },
    },
    {
      name: 'nothing-needs-the-client',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/client/' },
      to: { path: '^src/client/' },
    },
    {
      name: 'page-sees-the-interface-only',
      comment: 'The page draws what the API answered: of the product it knows the client, types included.',
      severity: 'error',
      from: { path: '^web/src/' },
      to: { path: '^(src/(?!client/)|bin/|scripts/|test/|bench/)' },
    },
    {
      name: 'nothing-needs-the-page',
      severity: 'error',
      from: { path: '^(src|bin)/' },
      to: { path: '^web/' },
    },
    {
      name: 'views-stand-apart',
      comment: 'Each view is a chunk of its own; what two of them need stands in ui or api.',
      severity: 'error',
      from: { path: '^web/src/(compare|timeline|live|explore|history)/' },
      to: { path: '^web/src/(compare|timeline|live|explore|history)/', pathNot: '^web/src/$1/' },
    },
    {
      name: 'no-dev-dependency-in-product',
      severity: 'error',
      from: { path: '^(src|bin)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '(^|/)node_modules/@types/' },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
