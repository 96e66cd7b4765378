/**
 * A plugin for `deno lint`: rules that hold outside tests only, which the built-in ones cannot say.
 *
 * @module
 */

const IN_TESTS = /_(?:test|bench)\.ts$|(?:^|\/)(?:tests|testing)\//;

const plugin: Deno.lint.Plugin = {
  name: "house",
  rules: {
    "no-non-null-outside-tests": {
      create(context): Deno.lint.LintVisitor {
        if (IN_TESTS.test(context.filename.replaceAll("\\", "/"))) return {};
        return {
          TSNonNullExpression(node): void {
            context.report({ node, message: "check the value, or say its type with `as`" });
          },
        };
      },
    },
  },
};

export default plugin;
