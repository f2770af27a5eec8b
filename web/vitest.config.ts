// The page's logic without a browser: `npm test`. What needs one is tested from tests/web.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "jsdom",
    include: ["test/**/*.test.ts"],
    setupFiles: "test/setup.ts",
    pool: "threads",
    isolate: false,
    maxWorkers: 1,
  },
});
