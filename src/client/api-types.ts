// The interface of the service as types. Generated from /openapi.json by `npm run client`; do not edit.

/* biome-ignore-all lint: generated */
/* biome-ignore-all format: generated */

export interface paths {
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The process answers. */
        get: operations["getHealthz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The service takes work. */
        get: operations["getReadyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/catalog": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The words that scenarios, comparisons and explorations use, which of them this version can run, and the limits of live simulations. */
        get: operations["getCatalog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/catalog/mapcounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What each consumer of the mapcount makes of a huge page in 4K leaves, by mapcount scheme. */
        get: operations["getCatalogMapcounts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/catalog/matrix": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The matrix of verdicts: operations that meet, by notifier scheme with its handler, mapcount scheme and kernel, and the exploration that asks each cell anew. */
        get: operations["getCatalogMatrix"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/comparisons": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists comparisons, newest first, and finds them again. */
        get: operations["listComparisons"];
        put?: never;
        /** Starts a comparison. */
        post: operations["createComparison"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/comparisons/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far a comparison is, and its result. */
        get: operations["getComparison"];
        put?: never;
        post?: never;
        /** Cancels a comparison that is queued or running; deletes one that has finished. */
        delete: operations["deleteComparison"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/comparisons/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** WebSocket: what happens in a comparison, and its progress. See /asyncapi.json. */
        get: operations["getComparisonEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/comparisons/{id}/result": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The result alone, as the command line prints it, or as a table. */
        get: operations["getComparisonResult"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/comparisons/{id}/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Server-Sent Events: what happens in a comparison, and its progress. See docs/reference/api.md. */
        get: operations["getComparisonStream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/comparisons/{id}/trace": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The trace of one run, for Perfetto. The run is made once more for it, whether the comparison has come to it or not. */
        get: operations["getComparisonTrace"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/explorations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists explorations, newest first, and finds them again. */
        get: operations["listExplorations"];
        put?: never;
        /** Starts an exploration of all interleavings of a small case. */
        post: operations["createExploration"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/explorations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far an exploration is, and its result. */
        get: operations["getExploration"];
        put?: never;
        post?: never;
        /** Cancels an exploration that is queued or running; deletes one that has finished. */
        delete: operations["deleteExploration"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/explorations/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** WebSocket: what happens in an exploration, and its progress. See /asyncapi.json. */
        get: operations["getExplorationEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/explorations/{id}/result": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The result alone, as the command line prints it, or as a table. */
        get: operations["getExplorationResult"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/explorations/{id}/steps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A counterexample step by step, with both page tables, folios and locks as each step leaves them. */
        get: operations["getExplorationSteps"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/explorations/{id}/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Server-Sent Events: what happens in an exploration, and its progress. See docs/reference/api.md. */
        get: operations["getExplorationStream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/explorations/{id}/trace": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A counterexample as a trace for Perfetto. */
        get: operations["getExplorationTrace"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists comparisons, explorations and measurements together, newest first, and finds them again. */
        get: operations["getHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/measurements": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists measurements, newest first, and finds them again. */
        get: operations["listMeasurements"];
        put?: never;
        /** Starts a measurement on this host's own KVM. */
        post: operations["createMeasurement"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/measurements/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far a measurement is, and its result. */
        get: operations["getMeasurement"];
        put?: never;
        post?: never;
        /** Cancels a measurement that is queued or running; deletes one that has finished. */
        delete: operations["deleteMeasurement"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/measurements/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** WebSocket: what happens in a measurement, and its progress. See /asyncapi.json. */
        get: operations["getMeasurementEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/measurements/{id}/result": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The result alone, as the command line prints it, or as a table. */
        get: operations["getMeasurementResult"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/measurements/{id}/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Server-Sent Events: what happens in a measurement, and its progress. See docs/reference/api.md. */
        get: operations["getMeasurementStream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/profiles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the profiles by name. */
        get: operations["listProfiles"];
        put?: never;
        /** Adds a profile under its name, for good. */
        post: operations["createProfile"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/profiles/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A profile as it was written. */
        get: operations["getProfile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/scenarios": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the scenarios by name. */
        get: operations["listScenarios"];
        put?: never;
        /** Adds a scenario under its name, for good. */
        post: operations["createScenario"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/scenarios/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A scenario as it was written. */
        get: operations["getScenario"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/simulations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists live simulations, newest first. */
        get: operations["listSimulations"];
        put?: never;
        /** Makes a live simulation, at virtual time 0. */
        post: operations["createSimulation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/simulations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How a live simulation stands. */
        get: operations["getSimulation"];
        put?: never;
        post?: never;
        /** Ends a live simulation at once, whatever it does. */
        delete: operations["deleteSimulation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/simulations/{id}/advance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Moves virtual time. 200 when the goal is reached, 202 while it goes on after `wait`. */
        post: operations["postSimulationAdvance"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/simulations/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** WebSocket: what happens in a live simulation, and its progress. See /asyncapi.json. */
        get: operations["getSimulationEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/simulations/{id}/folios": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Its folios, in order of their frames. */
        get: operations["listSimulationFolios"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/simulations/{id}/folios/{index}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The folio of a frame, with its counts under the mapcount scheme. */
        get: operations["getSimulationFolio"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/simulations/{id}/locks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Locks that somebody holds or waits for. */
        get: operations["getSimulationLocks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/simulations/{id}/mappings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a process and KVM map, run-length coded. */
        get: operations["getSimulationMappings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/simulations/{id}/operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Its operations, those of the timeline first. */
        get: operations["getSimulationOperations"];
        put?: never;
        /** Starts an operation at the present virtual time, in a thread of its own. */
        post: operations["postSimulationOperations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/simulations/{id}/pace": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets virtual time flow, at a ratio to real time; 0 pauses. */
        post: operations["postSimulationPace"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/simulations/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends an advance and a flow: time stands. */
        post: operations["postSimulationPause"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/simulations/{id}/stalls": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Closed stall windows, and those that are open now. */
        get: operations["getSimulationStalls"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/simulations/{id}/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Server-Sent Events: what happens in a live simulation, and its progress. See docs/reference/api.md. */
        get: operations["getSimulationStream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/simulations/{id}/trace": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest records as a trace for Perfetto, if the simulation was made with `record`. */
        get: operations["getSimulationTrace"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sweeps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists sweeps, newest first, and finds them again. */
        get: operations["listSweeps"];
        put?: never;
        /** Starts a sweep: a comparison at every point of a grid of parameters. */
        post: operations["createSweep"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sweeps/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far a sweep is, and its result. */
        get: operations["getSweep"];
        put?: never;
        post?: never;
        /** Cancels a sweep that is queued or running; deletes one that has finished. */
        delete: operations["deleteSweep"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sweeps/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** WebSocket: what happens in a sweep, and its progress. See /asyncapi.json. */
        get: operations["getSweepEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sweeps/{id}/result": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The result alone, as the command line prints it, or as a table. */
        get: operations["getSweepResult"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sweeps/{id}/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Server-Sent Events: what happens in a sweep, and its progress. See docs/reference/api.md. */
        get: operations["getSweepStream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AcceptedJob: {
            id: string;
            /** @enum {string} */
            status: "queued" | "running" | "succeeded" | "failed" | "cancelled";
        };
        /** @description The outcome, and the state as GET has it. */
        AdvancedSimulation: {
            /** @description What the model did, by name. */
            counters: {
                [key: string]: number;
            };
            /** Format: date-time */
            createdAt: string;
            /** @description Why it goes on no more; null: it does. */
            ended: ("event-budget" | "time-budget" | "deadlock" | "failed" | "out-of-memory" | "died") | null;
            /** @description What ended it, in a sentence. */
            endMessage: string | null;
            /** @description Events of the engine so far. */
            events: number;
            faults: {
                retries: number;
                spurious: number;
                total: number;
                userfault: number;
            };
            /** @description The first 20. */
            findings: components["schemas"]["RunFinding"][];
            findingsTotal: number;
            hugeRecoveryNs: number | null;
            id: string;
            /** @description All operations have ended, and nobody is on the way. */
            idle: boolean;
            /** @enum {string} */
            mapcount: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas";
            notifier: {
                collapsed: number;
                openNs: number;
                sections: number;
                startNs: number;
            };
            /** @description The newest 50. */
            operations: components["schemas"]["LiveOperation"][];
            operationsDone: number;
            operationsTotal: number;
            /** @description Null: it goes on. `stuck`: nothing is left that could happen, and somebody waits for an operation that nobody has started. */
            outcome: ("reached" | "stuck" | "paused" | "ended") | null;
            pace: {
                achieved: number | null;
                /** @description The machine does not keep up. */
                behind: boolean;
                /** @description Virtual ns for each real ns. */
                speed: number;
            } | null;
            scenario: string;
            /** @enum {string} */
            scheme: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
            seed: number;
            seqBumps: number;
            /** @description Virtual time. */
            simTimeNs: number;
            stalls: {
                /** @description Time by cause. */
                byCauseNs: {
                    fault?: number;
                    "fault-mutex"?: number;
                    "folio-lock"?: number;
                    "i-mmap-lock"?: number;
                    "invalidate-retry"?: number;
                    "mmap-lock"?: number;
                    "mmu-lock"?: number;
                    "retry-sleep"?: number;
                    "subtree-teardown"?: number;
                    "tlb-flush"?: number;
                    userfault?: number;
                    "vma-lock"?: number;
                };
                /** @description Closed windows. */
                count: number;
                maxNs: number;
                /** @description Windows that are open now; nothing else here counts them. */
                open: number;
                sleepNs: number;
                spinNs: number;
                totalNs: number;
            };
            /** @enum {string} */
            status: "paused" | "advancing" | "flowing" | "ended";
            tlbFlushes: number;
            vcpus: components["schemas"]["LiveVcpu"][];
        };
        /** @description Times in which all vCPUs of a VM stall at once. */
        BlackoutFigures: {
            count: number;
            maxNs: number;
            totalNs: number;
        };
        /** @description Each section lists what may be named there. */
        Catalog: {
            backings: components["schemas"]["CatalogEntry"][];
            /** @description The words of explorations. */
            explorations: {
                [key: string]: unknown;
            };
            handlers: components["schemas"]["CatalogEntry"][];
            hgmVersions: components["schemas"]["CatalogEntry"][];
            kernels: components["schemas"]["CatalogEntry"][];
            mapcounts: components["schemas"]["CatalogEntry"][];
            mapped: components["schemas"]["CatalogEntry"][];
            mmus: components["schemas"]["CatalogEntry"][];
            operations: components["schemas"]["CatalogEntry"][];
            patterns: components["schemas"]["CatalogEntry"][];
            preemptions: components["schemas"]["CatalogEntry"][];
            /** @description A JSON Schema. */
            scenarioSchema: {
                [key: string]: unknown;
            };
            schemeIds: string[];
            schemes: components["schemas"]["CatalogEntry"][];
            /** @description The limits of live simulations. */
            simulations: {
                [key: string]: unknown;
            };
            stallCauses: components["schemas"]["CatalogEntry"][];
            topics: components["schemas"]["CatalogEntry"][];
        };
        CatalogEntry: {
            /** @description Whether this version can run it. */
            available: boolean;
            description: string;
            id: string;
            /** @description A JSON Schema. */
            parameters: {
                [key: string]: unknown;
            };
        };
        /** @description The trace format that Chrome and Perfetto read. */
        ChromeTrace: {
            displayTimeUnit: string;
            /** @description What it is a trace of, and what is left out. */
            otherData?: {
                [key: string]: unknown;
            };
            traceEvents: ({
                /** @description What kind of event it is, which says what else it has. */
                ph: string;
            } & {
                [key: string]: unknown;
            })[];
        };
        Comparison: {
            /** Format: date-time */
            createdAt: string;
            error?: components["schemas"]["Problem"];
            finishedAt: string | null;
            id: string;
            /** @description Runs. */
            progress: {
                done: number;
                total: number;
            };
            result?: components["schemas"]["ComparisonResult"];
            /** @description The result was there already: an earlier request had asked the same. */
            reused: boolean;
            /** @description Name of the scenario, where there is one. */
            scenario: string | null;
            /** @description Notifier schemes that it is about. */
            schemes: string[];
            spec: components["schemas"]["ComparisonRequest"];
            /** @enum {string} */
            status: "queued" | "running" | "succeeded" | "failed" | "cancelled";
        };
        ComparisonEvent: {
            /** @description Times by cause; they add up to the length of the window. */
            causes: {
                fault?: number;
                "fault-mutex"?: number;
                "folio-lock"?: number;
                "i-mmap-lock"?: number;
                "invalidate-retry"?: number;
                "mmap-lock"?: number;
                "mmu-lock"?: number;
                "retry-sleep"?: number;
                "subtree-teardown"?: number;
                "tlb-flush"?: number;
                userfault?: number;
                "vma-lock"?: number;
            };
            endNs: number;
            /**
             * @description its mapcount scheme,
             * @enum {string}
             */
            mapcount: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas";
            /** @description and which repetition it is. */
            repetition: number;
            /**
             * @description The run that it comes from: its notifier scheme,
             * @enum {string}
             */
            scheme: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
            /** @description Counts what happened in the job. */
            seq: number;
            /** @description Simulated time. */
            simTimeNs: number;
            startNs: number;
            /** @constant */
            topic: "stall";
            /** @description Through all VMs. */
            vcpu: number;
        } | {
            /**
             * @description its mapcount scheme,
             * @enum {string}
             */
            mapcount: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas";
            /** @description and which repetition it is. */
            repetition: number;
            /**
             * @description The run that it comes from: its notifier scheme,
             * @enum {string}
             */
            scheme: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
            /** @description Counts what happened in the job. */
            seq: number;
            /** @description Simulated time. */
            simTimeNs: number;
            startNs: number;
            /**
             * @description What it did from startNs on.
             * @enum {string}
             */
            state: "running" | "halted" | "invalidate-retry" | "retry-sleep" | "mmu-lock" | "mmap-lock" | "vma-lock" | "i-mmap-lock" | "fault-mutex" | "folio-lock" | "userfault" | "fault" | "tlb-flush" | "subtree-teardown";
            /** @constant */
            topic: "vcpu";
            /** @description Through all VMs. */
            vcpu: number;
        } | {
            /**
             * @description A section opens, KVM has answered, it is closed; a collapse is told after the fact, KVM has dealt with it.
             * @enum {string}
             */
            event: "range-start" | "range-started" | "range-end" | "collapsed" | "collapsed-handled";
            length: number;
            /**
             * @description its mapcount scheme,
             * @enum {string}
             */
            mapcount: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas";
            /** @description Whose page tables change: index among vm.processes. */
            process: number;
            /** @description and which repetition it is. */
            repetition: number;
            /**
             * @description The run that it comes from: its notifier scheme,
             * @enum {string}
             */
            scheme: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
            /** @description Counts the sections of its process. */
            section: number;
            /** @description Counts what happened in the job. */
            seq: number;
            /** @description Simulated time. */
            simTimeNs: number;
            start: number;
            /** @description That changes them: `vmm0` is that of timeline.0, `vcpu3` a vCPU. */
            task: string;
            /** @constant */
            topic: "notifier";
        } | {
            /** @description Null: done, or not ended yet. */
            errno: string | null;
            /** @enum {string} */
            event: "start" | "end";
            /** @description Place in the timeline. */
            index: number;
            length: number;
            /**
             * @description its mapcount scheme,
             * @enum {string}
             */
            mapcount: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas";
            operation: string;
            /** @description Which asks for it, */
            process: number;
            /** @description and which repetition it is. */
            repetition: number;
            /**
             * @description The run that it comes from: its notifier scheme,
             * @enum {string}
             */
            scheme: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
            /** @description Counts what happened in the job. */
            seq: number;
            /** @description Simulated time. */
            simTimeNs: number;
            start: number;
            /** @description and by which of its threads. */
            task: string;
            /** @constant */
            topic: "operation";
        } | {
            gfn: number;
            /** @description More than one: rounds of the early retry check, told at once. */
            laps: number;
            /** @description Of the SPTE that was put in place; 0: none. */
            level: number;
            /**
             * @description its mapcount scheme,
             * @enum {string}
             */
            mapcount: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas";
            /** @enum {string} */
            outcome: "fixed" | "retry" | "spurious" | "efault" | "userfault";
            /** @description and which repetition it is. */
            repetition: number;
            /**
             * @description The run that it comes from: its notifier scheme,
             * @enum {string}
             */
            scheme: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
            /** @description Counts what happened in the job. */
            seq: number;
            /** @description Simulated time. */
            simTimeNs: number;
            /** @constant */
            topic: "fault";
            /** @description Through all VMs. */
            vcpu: number;
        } | {
            lock: string;
            /**
             * @description its mapcount scheme,
             * @enum {string}
             */
            mapcount: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas";
            /** @description and which repetition it is. */
            repetition: number;
            /**
             * @description The run that it comes from: its notifier scheme,
             * @enum {string}
             */
            scheme: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
            /** @description Counts what happened in the job. */
            seq: number;
            /** @description Simulated time. */
            simTimeNs: number;
            task: string;
            /** @constant */
            topic: "lock";
            waitedNs: number;
        } | {
            durationNs: number;
            /** @constant */
            event: "kvm-flush";
            /** @description CPUs that were interrupted. */
            kicked: number;
            /**
             * @description its mapcount scheme,
             * @enum {string}
             */
            mapcount: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas";
            /** @description and which repetition it is. */
            repetition: number;
            /**
             * @description The run that it comes from: its notifier scheme,
             * @enum {string}
             */
            scheme: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
            /** @description Counts what happened in the job. */
            seq: number;
            /** @description Simulated time. */
            simTimeNs: number;
            /** @description That asks for the flush and waits for it. */
            task: string;
            /** @constant */
            topic: "tlb";
            vm: number;
        } | {
            durationNs: number;
            /** @constant */
            event: "cpu-shootdown";
            /** @description CPUs that were interrupted. */
            kicked: number;
            /**
             * @description its mapcount scheme,
             * @enum {string}
             */
            mapcount: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas";
            /** @description Whose page tables change: index among vm.processes. */
            process: number;
            /** @description and which repetition it is. */
            repetition: number;
            /**
             * @description The run that it comes from: its notifier scheme,
             * @enum {string}
             */
            scheme: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
            /** @description Counts what happened in the job. */
            seq: number;
            /** @description Simulated time. */
            simTimeNs: number;
            /** @description That asks for the flush and waits for it. */
            task: string;
            /** @constant */
            topic: "tlb";
        } | {
            /** @description As userspace is told it. */
            address: number;
            /** @enum {string} */
            event: "wait" | "wake";
            /**
             * @description its mapcount scheme,
             * @enum {string}
             */
            mapcount: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas";
            /** @description and which repetition it is. */
            repetition: number;
            /**
             * @description The run that it comes from: its notifier scheme,
             * @enum {string}
             */
            scheme: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
            /** @description Counts what happened in the job. */
            seq: number;
            /** @description Simulated time. */
            simTimeNs: number;
            /** @constant */
            topic: "userfault";
            /** @description Through all VMs. */
            vcpu: number;
        } | {
            /** @description Operations that have ended. */
            done: number;
            /** @description Events of the engine so far. */
            events: number;
            /**
             * @description its mapcount scheme,
             * @enum {string}
             */
            mapcount: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas";
            /** @description and which repetition it is. */
            repetition: number;
            /**
             * @description The run that it comes from: its notifier scheme,
             * @enum {string}
             */
            scheme: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
            /** @description Counts what happened in the job. */
            seq: number;
            /** @description Simulated time. */
            simTimeNs: number;
            /** @constant */
            topic: "progress";
            /** @description Operations of the timeline. */
            total: number;
        } | {
            finding: components["schemas"]["RunFinding"];
            /**
             * @description its mapcount scheme,
             * @enum {string}
             */
            mapcount: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas";
            /** @description and which repetition it is. */
            repetition: number;
            /**
             * @description The run that it comes from: its notifier scheme,
             * @enum {string}
             */
            scheme: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
            /** @description Counts what happened in the job. */
            seq: number;
            /** @description Simulated time. */
            simTimeNs: number;
            /** @constant */
            topic: "finding";
        } | {
            /**
             * @description its mapcount scheme,
             * @enum {string}
             */
            mapcount: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas";
            /** @description and which repetition it is. */
            repetition: number;
            /** @description This run has ended; so many have. */
            runs: {
                done: number;
                total: number;
            };
            /**
             * @description The run that it comes from: its notifier scheme,
             * @enum {string}
             */
            scheme: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
            /** @description Counts what happened in the job. */
            seq: number;
            simTimeNs: number;
            /** @constant */
            topic: "progress";
        };
        ComparisonList: {
            items: components["schemas"]["ComparisonSummary"][];
            /** @description Null: this was the last page. */
            nextCursor: string | null;
        };
        /** @description One scenario under several schemes, with the same seeds. */
        ComparisonRequest: {
            /** @description Mapcount schemes, each once. Absent: that of the scenario. */
            mapcounts?: ("subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas")[];
            /**
             * @description Changes of the scenario by path, such as {"vm.vcpus": 16}.
             * @default {}
             */
            overrides?: {
                [key: string]: unknown;
            };
            /**
             * @description Runs of each scheme; repetition r has the seed seed + r.
             * @default 3
             */
            repetitions?: number;
            /** @description Name of a scenario in the library, or a document. */
            scenario: string | components["schemas"]["Scenario"];
            /** @description Notifier schemes, each once. The baseline is range, or the first where range is not among them. Absent: all that the scenario can be run under. */
            schemes?: ("range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none")[];
            /**
             * @description Seed of the first repetition.
             * @default 1
             */
            seed?: number;
        };
        /** @description What `stallscope compare --json` prints. */
        ComparisonResult: {
            paired: components["schemas"]["PairedResult"][];
            profile: string;
            repetitions: number;
            scenario: string;
            schemes: components["schemas"]["SchemeResult"][];
            seed: number;
            /** @constant */
            source: "simulation";
        };
        ComparisonSummary: {
            /** Format: date-time */
            createdAt: string;
            finishedAt: string | null;
            id: string;
            /** @description Runs. */
            progress: {
                done: number;
                total: number;
            };
            /** @description The result was there already: an earlier request had asked the same. */
            reused: boolean;
            /** @description Name of the scenario, where there is one. */
            scenario: string | null;
            /** @description Notifier schemes that it is about. */
            schemes: string[];
            /** @enum {string} */
            status: "queued" | "running" | "succeeded" | "failed" | "cancelled";
        };
        /** @description What each step of the model costs. */
        CostProfile: {
            /** @description All times in ns. */
            costs: {
                /** @description one atomic operation on a line that this CPU owns. */
                atomicHotNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description one atomic operation on a cold struct page, in sequence with its neighbours; nothing spends it by itself, subpageMapcountNs is taken from it. */
                atomicStructPageNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description one test of need_resched and of contention in a walk that may yield. */
                condReschedNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description service time of one atomic operation on a line that another CPU owned last. */
                contendedLineNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description copying one 4K page. */
                copyPageNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description reading one host page-table entry in a scan for other mappings of the page (mapcounts by pairs, by VMAs). */
                entryScanNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description the lockless path of a write to a write-protected SPTE: walk and dirty bitmap, without the cmpxchg. */
                fastPageFaultNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description exit dispatch, memslot look-up and memory caches of one lap through the fault path. */
                faultSetupNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description giving one folio back to the page allocator. */
                freePageNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description what the allocator looks at in each tail page of a large folio that comes back. */
                freeTailPageNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description queueing one page in the mmu_gather. */
                gatherNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description reading one entry of the guest's own page tables in a fault (shadow paging). */
                guestPteReadNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description what an async page fault costs the guest: the interrupt, and the switch to another task. */
                guestSwitchNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description one lockless GUP walk with interrupts off, without its two atomics on the folio. */
                gupFastNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description one increment or decrement of the mapcount in the folio's head page, line owned. */
                headMapcountNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description dropping one reference of the head page, line owned. */
                headPutNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description one high-granularity walk to a leaf of a hugetlb mapping. */
                hgmWalkNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description reading the host page tables for the size of the mapping. */
                hostLevelNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description one interrupt from one CPU to another, until it is taken; nothing spends it by itself, flushes and shootdowns contain it. */
                ipiNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description what being kicked out of guest mode costs a vCPU: exit, INVEPT, refill of the TLB, re-entry. */
                kickedVcpuNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description one remote TLB flush by KVM, the part that does not depend on the vCPUs. */
                kvmFlushFixedNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description one remote TLB flush by KVM, for each vCPU that is not in guest mode. */
                kvmFlushPerIdleVcpuNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description one remote TLB flush by KVM, for each vCPU in guest mode. */
                kvmFlushPerRunningVcpuNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description clearing one host page-table entry. */
                leafXchgNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description one uncontended acquire and release of a mutex or of the folio lock. */
                mutexNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description one walk of the notifier chain and of the memslots: SRCU, list, interval tree. */
                notifierCallNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description finding a folio in the page cache. */
                pageCacheLookupNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description writing one host page-table entry, without mapcount and reference. */
                pteInstallNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description marking a struct page dirty and accessed: of each PTE of a file that is cleared, of each zapped SPTE up to 6.12, of each page that KVM maps from 6.13 on. */
                ptePageMarkNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description looking at one PTE and its struct page in a scan of a whole table. */
                pteScanNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description one uncontended lock and unlock of a page-table lock. */
                ptlNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description one look at invalidation count and sequence: the snapshot, and each check against it. */
                retryCheckNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description how long the first of these sleeps is. */
                retrySleepFirstNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description how long a vCPU then sleeps between two looks at the section that sends its fault back; 0: it spins, as upstream kernels do. */
                retrySleepNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description how long a fault that an open section sends back spins before its vCPU sleeps, where retrySleepNs is not 0. */
                retrySpinNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description looking at one rmap head, empty or not, in a walk over a range (shadow paging). */
                rmapHeadVisitNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description what dropping an SPTE through its rmap costs beside spteClearNs and the mark (shadow paging). */
                rmapZapNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description one uncontended acquire and release of a rw_semaphore. */
                rwsemNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description making one SPTE and entering it into its rmap (shadow paging): that of a fault, and each that it prefetches. */
                shadowSpteNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description one TLB shootdown of the host, the part that does not depend on the CPUs. */
                shootdownFixedNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description one TLB shootdown of the host, for each CPU that runs the mm. */
                shootdownPerCpuNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description from the wake-up of a sleeping task until it runs. */
                sleepWakeUpNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description one pass of the host fault handler that finds the page in the page cache, without its locks. */
                slowGupNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description writing one leaf SPTE as non-present, with its statistics. */
                spteClearNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description writing one child SPTE when a huge one is split. */
                spteInstallNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description reading one SPTE in a zap walk, without the reschedule test. */
                spteVisitNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description a grace period after a change of memslots, where no reader of the old ones is left to wait for. */
                srcuSyncNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description one increment or decrement of the mapcount of a 4K subpage. */
                subpageMapcountNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description entry to and return from one system call. */
                syscallNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description allocating one page-table page. */
                tableAllocNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description queueing one removed page-table page to be freed. */
                tableFreeNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description TDP walk to the goal level and building of the SPTE, without the cmpxchg that installs it. */
                tdpMapNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description one xchg of an entry of a removed TDP table. */
                teardownXchgNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description what a guest access that misses the TLB costs more with 2M than with 1G SPTEs. */
                tlbMissExtra2mNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description what a guest access that misses the TLB costs more with 4K than with 1G SPTEs. */
                tlbMissExtra4kNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description one UFFDIO_CONTINUE, COPY or WRITEPROTECT, the part outside of its locks, walk, look-up and entry. */
                uffdContinueBaseNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description queueing the message of one userfault, under the lock of the fd. */
                uffdEventNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description handing one message to its reader, under the lock of the fd, without the system call. */
                uffdReadNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description waking one sleeper of a userfaultfd, under the lock of the fd. */
                uffdWakeNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description VM exit and re-entry, without any work in between. */
                vmExitEntryNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
                /** @description taking one 4K page from the page allocator and zeroing it. */
                zeroPageNs: {
                    /**
                     * @description H: read in the primary source; M: conditions incomplete; L: an estimate.
                     * @enum {unknown}
                     */
                    confidence: "H" | "M" | "L";
                    /** @description High end of the evidence, in ns. */
                    high: number;
                    /** @description Low end of the evidence, in ns. */
                    low: number;
                    /** @description Where it comes from: rows of the cost evidence and the arithmetic, or a measurement. */
                    source: string;
                    /** @description What the model spends, in ns. */
                    value: number;
                };
            };
            /** @description Which machine, and under which conditions. */
            description: string;
            /** @description Name; that of the file in the library. */
            name: string;
            /**
             * @description as-reported: constants fitted to a published result, with its contention folded in.
             * @enum {unknown}
             */
            regime: "uncontended" | "as-reported";
        };
        Counterexample: {
            length: number;
            /** @enum {string} */
            minimality: "fewest-preemptions" | "as-found";
            /** @description Switches away from a task that could have gone on. */
            preemptions: number;
            /** @description The task chosen at each transition. Replays. */
            schedule: number[];
            steps: {
                effects: string[];
                label: string;
                task: number;
            }[];
            /** @description Names of the threads. */
            tasks: string[];
        };
        Estimate: {
            ci95: number[] | null;
            estimate: number;
        };
        Exploration: {
            /** Format: date-time */
            createdAt: string;
            error?: components["schemas"]["Problem"];
            finishedAt: string | null;
            id: string;
            /** @description Transitions, of those that it may explore. */
            progress: {
                done: number;
                total: number;
            };
            result?: components["schemas"]["ExplorationResult"];
            /** @description The result was there already: an earlier request had asked the same. */
            reused: boolean;
            /** @description Name of the scenario, where there is one. */
            scenario: string | null;
            /** @description Notifier schemes that it is about. */
            schemes: string[];
            spec: components["schemas"]["ExplorationRequest"];
            /** @enum {string} */
            status: "queued" | "running" | "succeeded" | "failed" | "cancelled";
        };
        ExplorationEvent: {
            explored: {
                done: number;
                total: number;
            };
            findings: number;
            replayed: number;
            schedules: number;
            /** @description Counts what happened in the job. */
            seq: number;
            states: number;
            /** @constant */
            topic: "progress";
            transitions: number;
        } | {
            /** @enum {string} */
            class: "hazard" | "leak" | "performance" | "warning" | "outcome";
            kind: string;
            /** @description Transitions of its counterexample. */
            length: number;
            message: string;
            /** @description Counts what happened in the job. */
            seq: number;
            /** @constant */
            topic: "finding";
        };
        ExplorationFinding: {
            /** @enum {string} */
            class: "hazard" | "leak" | "performance" | "warning" | "outcome";
            /** @description Schedules in which it was met. */
            count: number;
            counterexample: components["schemas"]["Counterexample"];
            /** @description What shows it; its shape depends on the kind. */
            evidence: unknown;
            kind: string;
            message: string;
        };
        ExplorationList: {
            items: components["schemas"]["ExplorationSummary"][];
            /** @description Null: this was the last page. */
            nextCursor: string | null;
        };
        /** @description The question with every default filled in. */
        ExplorationQuestion: {
            /** @enum {string} */
            backing: "anonymous" | "shmem" | "hugetlb-2m" | "hugetlb-1g";
            /** @enum {string} */
            folios: "4k" | "2m";
            geometry: {
                blocks: number;
                entries: number;
            };
            guest: {
                page: number;
                write: boolean;
            }[][];
            hgm: {
                /** @enum {string} */
                protection: "version-locks" | "folio-lock" | "atomic-swap";
                /** @enum {string} */
                version: "rfc1" | "rfc2" | "v1" | "v2";
            };
            holes: number[];
            /** @enum {string} */
            kernel: "6.1" | "6.12" | "6.18";
            /** @enum {string} */
            mapcount: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas";
            /** @enum {string} */
            mapped: "4k" | "2m" | "1g" | "none";
            operations: components["schemas"]["ExploredOperation"][];
            /** @enum {string} */
            preemption: "full" | "voluntary";
            readOnlySptes: number[];
            /** @enum {string} */
            scheme: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
            /** @enum {string} */
            sptes: "as-host" | "none";
            userfault: {
                answered: boolean;
                /** @enum {string} */
                mode: "none" | "missing" | "minor" | "wp";
            };
        };
        /** @description Operations, a guest and a small memory, and how to search their interleavings. */
        ExplorationRequest: {
            /**
             * @description Go on after the first hazard.
             * @default true
             */
            all?: boolean;
            /**
             * @description What the memory is made of. Absent: hugetlb-2m.
             * @enum {unknown}
             */
            backing?: "anonymous" | "shmem" | "hugetlb-2m" | "hugetlb-1g";
            /** @description Of pct. Absent: 3. */
            bugDepth?: number;
            /**
             * @description Size of the folios of anonymous and shmem memory. Absent: 4k.
             * @enum {unknown}
             */
            folios?: "4k" | "2m";
            geometry?: {
                /** @description Huge pages. Absent: 1. */
                blocks?: number;
                /** @description Entries of a table. Absent: 2. */
                entries?: number;
            };
            /** @description The accesses of each vCPU, or how many vCPUs that each write to one page. Absent: 1. */
            guest?: number | {
                page: number;
                write: boolean;
            }[][];
            hgm?: {
                /**
                 * @description What keeps others away from a page in collapse. Absent: version-locks; folio-lock where the scheme has no section.
                 * @enum {unknown}
                 */
                protection?: "version-locks" | "folio-lock" | "atomic-swap";
                /**
                 * @description Absent: v2.
                 * @enum {unknown}
                 */
                version?: "rfc1" | "rfc2" | "v1" | "v2";
            };
            /** @description Pages that the host does not map at first. */
            holes?: number[];
            /**
             * @description Absent: 6.12.
             * @enum {unknown}
             */
            kernel?: "6.1" | "6.12" | "6.18";
            /** @description Whichever is reached first ends the search. */
            limits?: {
                /** @default 2000 */
                depth?: number;
                /** @default 200000 */
                schedules?: number;
                /** @default 2000000 */
                transitions?: number;
            };
            /**
             * @description Mapcount scheme. Absent: subpage.
             * @enum {unknown}
             */
            mapcount?: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas";
            /**
             * @description Size of the host's leaves at first. Absent: 4k.
             * @enum {unknown}
             */
            mapped?: "4k" | "2m" | "1g" | "none";
            /** @description Each is a thread. */
            operations: (("madv-collapse" | "khugepaged-scan" | "madv-dontneed" | "munmap" | "mprotect" | "mremap" | "fork" | "truncate" | "punch-hole" | "migrate-pages" | "memory-failure" | "uffdio-continue" | "uffdio-copy" | "uffdio-writeprotect" | "dirty-log-enable" | "dirty-log-disable" | "unmap-pieces") | {
                /** @description An operation, on a part of the memory, and what follows it in the same thread. */
                next?: {
                    /** @description An operation, on a part of the memory, and what follows it in the same thread. */
                    next?: {
                        /** @description An operation, on a part of the memory, and what follows it in the same thread. */
                        next?: {
                            /** @enum {unknown} */
                            operation: "madv-collapse" | "khugepaged-scan" | "madv-dontneed" | "munmap" | "mprotect" | "mremap" | "fork" | "truncate" | "punch-hole" | "migrate-pages" | "memory-failure" | "uffdio-continue" | "uffdio-copy" | "uffdio-writeprotect" | "dirty-log-enable" | "dirty-log-disable" | "unmap-pieces";
                            /** @description Pages of the small memory. Absent: all of it. */
                            pages?: {
                                count: number;
                                first: number;
                            };
                            /**
                             * @description mprotect and uffdio-writeprotect: what remains allowed. Absent: read.
                             * @enum {unknown}
                             */
                            protection?: "read" | "read-write";
                        };
                        /** @enum {unknown} */
                        operation: "madv-collapse" | "khugepaged-scan" | "madv-dontneed" | "munmap" | "mprotect" | "mremap" | "fork" | "truncate" | "punch-hole" | "migrate-pages" | "memory-failure" | "uffdio-continue" | "uffdio-copy" | "uffdio-writeprotect" | "dirty-log-enable" | "dirty-log-disable" | "unmap-pieces";
                        /** @description Pages of the small memory. Absent: all of it. */
                        pages?: {
                            count: number;
                            first: number;
                        };
                        /**
                         * @description mprotect and uffdio-writeprotect: what remains allowed. Absent: read.
                         * @enum {unknown}
                         */
                        protection?: "read" | "read-write";
                    };
                    /** @enum {unknown} */
                    operation: "madv-collapse" | "khugepaged-scan" | "madv-dontneed" | "munmap" | "mprotect" | "mremap" | "fork" | "truncate" | "punch-hole" | "migrate-pages" | "memory-failure" | "uffdio-continue" | "uffdio-copy" | "uffdio-writeprotect" | "dirty-log-enable" | "dirty-log-disable" | "unmap-pieces";
                    /** @description Pages of the small memory. Absent: all of it. */
                    pages?: {
                        count: number;
                        first: number;
                    };
                    /**
                     * @description mprotect and uffdio-writeprotect: what remains allowed. Absent: read.
                     * @enum {unknown}
                     */
                    protection?: "read" | "read-write";
                };
                /** @enum {unknown} */
                operation: "madv-collapse" | "khugepaged-scan" | "madv-dontneed" | "munmap" | "mprotect" | "mremap" | "fork" | "truncate" | "punch-hole" | "migrate-pages" | "memory-failure" | "uffdio-continue" | "uffdio-copy" | "uffdio-writeprotect" | "dirty-log-enable" | "dirty-log-disable" | "unmap-pieces";
                /** @description Pages of the small memory. Absent: all of it. */
                pages?: {
                    count: number;
                    first: number;
                };
                /**
                 * @description mprotect and uffdio-writeprotect: what remains allowed. Absent: read.
                 * @enum {unknown}
                 */
                protection?: "read" | "read-write";
            })[];
            /**
             * @description Absent: full.
             * @enum {unknown}
             */
            preemption?: "full" | "voluntary";
            /** @description Pages whose SPTEs are read-only at first. */
            readOnlySptes?: number[];
            /**
             * @description How an exhaustive search avoids doing the same twice. Absent: both.
             * @enum {unknown}
             */
            reduction?: "none" | "state-hashing" | "partial-order" | "both";
            /**
             * @description Notifier scheme. Absent: range.
             * @enum {unknown}
             */
            scheme?: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
            /**
             * @description How to search.
             * @default exhaustive
             * @enum {unknown}
             */
            search?: "exhaustive" | "pct" | "random";
            /**
             * @description Of pct and random.
             * @default 1
             */
            seed?: number;
            /**
             * @description SPTEs at first. Absent: as-host.
             * @enum {unknown}
             */
            sptes?: "as-host" | "none";
            /**
             * @description Make the checks of a run at every step, too. Slower.
             * @default false
             */
            stepChecks?: boolean;
            /**
             * @description Wall-clock time for the search: then it ends, and says so.
             * @default 600000000000
             */
            time?: number | string;
            userfault?: {
                /** @description A thread answers: UFFDIO_COPY, UFFDIO_CONTINUE, or the end of the protection. Absent: true. */
                answered?: boolean;
                /**
                 * @description Faults of the memory that become messages; minor: missing ones too. Absent: wp beside uffdio-writeprotect, else none.
                 * @enum {unknown}
                 */
                mode?: "none" | "missing" | "minor" | "wp";
            };
        };
        /** @description What `stallscope explore --json` prints. */
        ExplorationResult: {
            /** @description What was covered, in words. */
            bounds: string[];
            complete: boolean;
            /** @description Of the worst finding. */
            counterexample: components["schemas"]["Counterexample"] | null;
            /** @description The longest schedule. */
            depth: number;
            /** @enum {string} */
            endedBy: "complete" | "schedules" | "transitions" | "depth" | "first-hazard" | "stopped";
            findings: components["schemas"]["ExplorationFinding"][];
            question: components["schemas"]["ExplorationQuestion"];
            /** @enum {string} */
            reduction: "none" | "state-hashing" | "partial-order" | "both";
            replayed: number;
            schedules: number;
            /** @enum {string} */
            search: "exhaustive" | "pct" | "random";
            seed: number;
            /** @description States that differ; 0 where the search keeps none. */
            states: number;
            /** @description Whether the checks of a run were made at every step. */
            stepChecks: boolean;
            transitions: number;
            /** @enum {string} */
            verdict: "safe" | "unsafe" | "incomplete";
        };
        ExplorationSummary: {
            /** Format: date-time */
            createdAt: string;
            finishedAt: string | null;
            id: string;
            /** @description Transitions, of those that it may explore. */
            progress: {
                done: number;
                total: number;
            };
            /** @description The result was there already: an earlier request had asked the same. */
            reused: boolean;
            /** @description Name of the scenario, where there is one. */
            scenario: string | null;
            /** @description Notifier schemes that it is about. */
            schemes: string[];
            /** @enum {string} */
            status: "queued" | "running" | "succeeded" | "failed" | "cancelled";
        };
        /** @description Its `next`, if any, is one of these and follows it in the same thread. */
        ExploredOperation: {
            /** @enum {string} */
            operation: "madv-collapse" | "khugepaged-scan" | "madv-dontneed" | "munmap" | "mprotect" | "mremap" | "fork" | "truncate" | "punch-hole" | "migrate-pages" | "memory-failure" | "uffdio-continue" | "uffdio-copy" | "uffdio-writeprotect" | "dirty-log-enable" | "dirty-log-disable" | "unmap-pieces";
            pages: {
                count: number;
                first: number;
            };
            /** @enum {string} */
            protection: "read" | "read-write";
        };
        History: {
            items: components["schemas"]["HistoryItem"][];
            /** @description Null: this was the last page. */
            nextCursor: string | null;
        };
        HistoryItem: {
            /** Format: date-time */
            createdAt: string;
            finishedAt: string | null;
            id: string;
            /** @description comparison, sweep, exploration or measurement. */
            kind: string;
            progress: {
                done: number;
                total: number;
            };
            reused: boolean;
            scenario: string | null;
            schemes: string[];
            /** @enum {string} */
            status: "queued" | "running" | "succeeded" | "failed" | "cancelled";
        };
        /** @description The machine that it was made on. */
        HostFacts: {
            clocksource: string | null;
            cpu: string;
            cpus: number;
            hugetlb2m: {
                free: number;
                total: number;
            };
            kernel: string;
            kernelBuild: string;
            kvm: {
                mmu: ("tdp" | "shadow") | null;
                module: string | null;
                nxHugePages: string | null;
                tdpMmu: boolean;
            };
            thp: {
                defrag: string | null;
                enabled: string | null;
                shmem: string | null;
            };
            virtualized: boolean;
        };
        KernelEvent: {
            /** @description From the start of the operation, or of the control. */
            atNs: number;
            cpu: number;
            fields: {
                [key: string]: number | string | boolean;
            };
            name: string;
            repetition: number;
            task: string;
        };
        LeadingRecord: {
            /** @description Times by cause; they add up to the length of the window. */
            causes: {
                fault?: number;
                "fault-mutex"?: number;
                "folio-lock"?: number;
                "i-mmap-lock"?: number;
                "invalidate-retry"?: number;
                "mmap-lock"?: number;
                "mmu-lock"?: number;
                "retry-sleep"?: number;
                "subtree-teardown"?: number;
                "tlb-flush"?: number;
                userfault?: number;
                "vma-lock"?: number;
            };
            endNs: number;
            /** @description Simulated time. */
            simTimeNs: number;
            startNs: number;
            /** @constant */
            topic: "stall";
            /** @description Through all VMs. */
            vcpu: number;
        } | {
            /** @description Simulated time. */
            simTimeNs: number;
            startNs: number;
            /**
             * @description What it did from startNs on.
             * @enum {string}
             */
            state: "running" | "halted" | "invalidate-retry" | "retry-sleep" | "mmu-lock" | "mmap-lock" | "vma-lock" | "i-mmap-lock" | "fault-mutex" | "folio-lock" | "userfault" | "fault" | "tlb-flush" | "subtree-teardown";
            /** @constant */
            topic: "vcpu";
            /** @description Through all VMs. */
            vcpu: number;
        } | {
            /**
             * @description A section opens, KVM has answered, it is closed; a collapse is told after the fact, KVM has dealt with it.
             * @enum {string}
             */
            event: "range-start" | "range-started" | "range-end" | "collapsed" | "collapsed-handled";
            length: number;
            /** @description Whose page tables change: index among vm.processes. */
            process: number;
            /** @description Counts the sections of its process. */
            section: number;
            /** @description Simulated time. */
            simTimeNs: number;
            start: number;
            /** @description That changes them: `vmm0` is that of timeline.0, `vcpu3` a vCPU. */
            task: string;
            /** @constant */
            topic: "notifier";
        } | {
            /** @description Null: done, or not ended yet. */
            errno: string | null;
            /** @enum {string} */
            event: "start" | "end";
            /** @description Place in the timeline. */
            index: number;
            length: number;
            operation: string;
            /** @description Which asks for it, */
            process: number;
            /** @description Simulated time. */
            simTimeNs: number;
            start: number;
            /** @description and by which of its threads. */
            task: string;
            /** @constant */
            topic: "operation";
        } | {
            gfn: number;
            /** @description More than one: rounds of the early retry check, told at once. */
            laps: number;
            /** @description Of the SPTE that was put in place; 0: none. */
            level: number;
            /** @enum {string} */
            outcome: "fixed" | "retry" | "spurious" | "efault" | "userfault";
            /** @description Simulated time. */
            simTimeNs: number;
            /** @constant */
            topic: "fault";
            /** @description Through all VMs. */
            vcpu: number;
        } | {
            lock: string;
            /** @description Simulated time. */
            simTimeNs: number;
            task: string;
            /** @constant */
            topic: "lock";
            waitedNs: number;
        } | {
            durationNs: number;
            /** @constant */
            event: "kvm-flush";
            /** @description CPUs that were interrupted. */
            kicked: number;
            /** @description Simulated time. */
            simTimeNs: number;
            /** @description That asks for the flush and waits for it. */
            task: string;
            /** @constant */
            topic: "tlb";
            vm: number;
        } | {
            durationNs: number;
            /** @constant */
            event: "cpu-shootdown";
            /** @description CPUs that were interrupted. */
            kicked: number;
            /** @description Whose page tables change: index among vm.processes. */
            process: number;
            /** @description Simulated time. */
            simTimeNs: number;
            /** @description That asks for the flush and waits for it. */
            task: string;
            /** @constant */
            topic: "tlb";
        } | {
            /** @description As userspace is told it. */
            address: number;
            /** @enum {string} */
            event: "wait" | "wake";
            /** @description Simulated time. */
            simTimeNs: number;
            /** @constant */
            topic: "userfault";
            /** @description Through all VMs. */
            vcpu: number;
        } | {
            /** @description Operations that have ended. */
            done: number;
            /** @description Events of the engine so far. */
            events: number;
            /** @description Simulated time. */
            simTimeNs: number;
            /** @constant */
            topic: "progress";
            /** @description Operations of the timeline. */
            total: number;
        };
        LibraryList: {
            items: {
                description: string;
                name: string;
            }[];
            /** @description Null: this was the last page. */
            nextCursor: string | null;
        };
        LiveFolio: {
            cacheIndex: number | null;
            /** @description Of these, held by GUP and faults under way. */
            gupRefs: number;
            /** @description Number of its first frame. */
            index: number;
            /** @enum {string} */
            kind: "hugetlb" | "file" | "anonymous";
            locked: boolean;
            mapcount: {
                /** @description What the folio keeps for all of it. */
                entire: number;
                /** @description page_mapcount() of the first page, */
                firstPage: number;
                /** @description and folio_mapped(). */
                mapped: boolean;
                pages: {
                    count: number;
                    mapcount: number;
                    page: number;
                }[] | null;
                /** @description There are more runs than an answer has. */
                pagesCut: boolean;
                /** @description That counts it; that of the run for hugetlb, that of the kernel for others. */
                scheme: ("subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas") | "kernel";
                /** @description What folio_mapcount() would answer, */
                total: number;
            };
            migratable: boolean;
            pages: number;
            poisoned: boolean;
            refcount: number;
            /** @enum {string} */
            size: "4k" | "2m" | "1g";
        };
        LiveFolioList: {
            items: components["schemas"]["LiveFolio"][];
            next: number | null;
        };
        LiveLocks: {
            locks: {
                holders: {
                    /** @enum {string} */
                    mode: "read" | "write";
                    task: string;
                }[];
                /** @description What it belongs to, such as `process 0`. */
                instance: string | null;
                /**
                 * @description queue: nobody holds it, who waits is woken by an event.
                 * @enum {string}
                 */
                kind: "sleeping" | "spinning" | "queue";
                lockClass: string;
                /** @description In the order in which they came. */
                waiters: {
                    /**
                     * @description Whether its CPU is busy meanwhile.
                     * @enum {string}
                     */
                    how: "spin" | "sleep";
                    mode: ("read" | "write") | null;
                    sinceNs: number;
                    task: string;
                }[];
            }[];
        };
        LiveMappings: {
            length: number;
            next: number | null;
            /** @description Entries of the process, run-length coded. */
            primary: components["schemas"]["PrimaryRun"][];
            process: number;
            /** @description SPTEs of each VM, by memslot. */
            secondary: {
                runs: components["schemas"]["SpteRun"][];
                slot: number;
                vm: number;
            }[];
            start: number;
        };
        LiveOperation: {
            durationNs: number | null;
            /** @description Null: none, or not ended. */
            errno: string | null;
            /** @description Counts the operations of the simulation, those of its timeline first. */
            index: number;
            operation: string;
            process: number;
            range: {
                length: number;
                start: number;
            };
            startNs: number | null;
        };
        LiveOperationList: {
            items: components["schemas"]["LiveOperation"][];
            next: number | null;
        };
        LiveStalls: {
            /** @description Of these, the oldest, which are kept no more. */
            dropped: number;
            items: {
                /** @description Times by cause; they add up to the length of the window. */
                causes: {
                    fault?: number;
                    "fault-mutex"?: number;
                    "folio-lock"?: number;
                    "i-mmap-lock"?: number;
                    "invalidate-retry"?: number;
                    "mmap-lock"?: number;
                    "mmu-lock"?: number;
                    "retry-sleep"?: number;
                    "subtree-teardown"?: number;
                    "tlb-flush"?: number;
                    userfault?: number;
                    "vma-lock"?: number;
                };
                endNs: number;
                /** @description Counts the closed windows of the simulation. */
                index: number;
                startNs: number;
                vcpu: number;
            }[];
            next: number | null;
            /** @description As they stand now. */
            open: {
                /** @description Times by cause; they add up to the length of the window. */
                causes: {
                    fault?: number;
                    "fault-mutex"?: number;
                    "folio-lock"?: number;
                    "i-mmap-lock"?: number;
                    "invalidate-retry"?: number;
                    "mmap-lock"?: number;
                    "mmu-lock"?: number;
                    "retry-sleep"?: number;
                    "subtree-teardown"?: number;
                    "tlb-flush"?: number;
                    userfault?: number;
                    "vma-lock"?: number;
                };
                endNs: number;
                startNs: number;
                vcpu: number;
            }[];
            /** @description Closed windows so far. */
            total: number;
        };
        LiveVcpu: {
            sinceNs: number;
            stalledSinceNs: number | null;
            /**
             * @description Or what it stands still for. left: KVM_RUN has returned an error, and it runs no more.
             * @enum {string}
             */
            state: "running" | "halted" | "left" | "invalidate-retry" | "retry-sleep" | "mmu-lock" | "mmap-lock" | "vma-lock" | "i-mmap-lock" | "fault-mutex" | "folio-lock" | "userfault" | "fault" | "tlb-flush" | "subtree-teardown";
            /** @description Accesses that its guest has made. */
            touches: number;
            /** @description Through all VMs. */
            vcpu: number;
            vm: number;
        };
        MapcountTable: {
            consumers: {
                /** @description By mapcount scheme. */
                cells: {
                    "folio-pairs": {
                        /** @description What the consumer has seen. */
                        result: string;
                        /** @description Whether what the description says is so. */
                        works: boolean;
                    };
                    "folio-vmas": {
                        /** @description What the consumer has seen. */
                        result: string;
                        /** @description Whether what the description says is so. */
                        works: boolean;
                    };
                    "head-per-pte": {
                        /** @description What the consumer has seen. */
                        result: string;
                        /** @description Whether what the description says is so. */
                        works: boolean;
                    };
                    "hstate-entry": {
                        /** @description What the consumer has seen. */
                        result: string;
                        /** @description Whether what the description says is so. */
                        works: boolean;
                    };
                    "hstate-special": {
                        /** @description What the consumer has seen. */
                        result: string;
                        /** @description Whether what the description says is so. */
                        works: boolean;
                    };
                    subpage: {
                        /** @description What the consumer has seen. */
                        result: string;
                        /** @description Whether what the description says is so. */
                        works: boolean;
                    };
                };
                consumer: string;
                /** @description What is so if the consumer works. */
                description: string;
            }[];
        };
        /** @description What `stallscope explore --matrix --json` prints. */
        Matrix: {
            /** @description By row, then scheme, mapcount scheme, kernel. */
            cells: components["schemas"]["MatrixCell"][];
            rows: components["schemas"]["MatrixRow"][];
            /** @enum {string} */
            search: "exhaustive";
        };
        MatrixCell: {
            /** @description Kinds of the findings that make the verdict; why, where it is refused or incomplete. */
            because: string[];
            /** @description Every schedule within the bounds was searched. */
            complete: boolean;
            /** @description Of the search; null: refused. */
            endedBy: ("complete" | "schedules" | "transitions" | "depth" | "first-hazard" | "stopped") | null;
            /** @description All that the search came upon until it ended; a search ends at the first hazard. */
            findings: {
                /** @enum {string} */
                class: "hazard" | "leak" | "performance" | "warning" | "outcome";
                kind: string;
            }[];
            /** @description Revision, and what keeps others away from a page in collapse; null: refused. */
            hgm: {
                /** @enum {string} */
                protection: "version-locks" | "folio-lock" | "atomic-swap";
                /** @enum {string} */
                version: "rfc1" | "rfc2" | "v1" | "v2";
            } | null;
            /** @enum {string} */
            kernel: "6.1" | "6.12" | "6.18";
            /** @description Of the counterexample, in steps. */
            length: number | null;
            /**
             * @description -: memory that hugetlb's schemes do not count.
             * @enum {string}
             */
            mapcount: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas" | "-";
            /** @description Of the counterexample. */
            preemptions: number | null;
            request: components["schemas"]["ExplorationRequest"];
            row: string;
            schedules: number;
            /** @enum {string} */
            scheme: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
            states: number;
            transitions: number;
            /** @enum {string} */
            verdict: "safe" | "unsafe" | "leak" | "performance" | "incomplete" | "refused";
        };
        MatrixRow: {
            about: string;
            /** @enum {string} */
            backing: "anonymous" | "shmem" | "hugetlb-2m" | "hugetlb-1g";
            /** @description What a complete search of a cell covers, in words. */
            bounds: string[];
            id: string;
            limits: {
                depth: number;
                schedules: number;
                transitions: number;
            };
            /** @description Of each thread, what it does one after the other. */
            operations: string[][];
        };
        MeasuredPair: {
            /** @constant */
            baseline: "control";
            maxStallDifferenceNs: components["schemas"]["Estimate"];
            maxStallRatio: components["schemas"]["RatioEstimate"];
            /** @enum {string} */
            place: "inside" | "outside" | "whole" | "other-vma" | "no-slot";
            /** @constant */
            scheme: "kernel";
            totalStallDifferenceNs: components["schemas"]["Estimate"];
        };
        MeasuredScheme: {
            blackout: components["schemas"]["BlackoutFigures"];
            /** @description What KVM and the threads counted, a mean per repetition, by name. */
            counters: {
                [key: string]: number;
            };
            /** @description Left out because a thread had to wait for a CPU. */
            dropped: number;
            faults: {
                retries: null;
                spurious: number;
                total: number;
                userfault: null;
            } | null;
            findings: unknown[];
            guest: {
                throughputLoss: number;
                touches: number;
            };
            /** @description HdrHistogram V2, base64, of all stall windows. */
            histogram: string;
            hugeRecoveryNs: null;
            /** @description If they were asked for and could be had. */
            kernelEvents?: components["schemas"]["KernelEvent"][];
            /** @constant */
            mapcount: "kernel";
            notifier: null;
            operations: components["schemas"]["OperationFigures"][];
            perRepetition: {
                longestNs: {
                    p10: number;
                    p50: number;
                    p90: number;
                };
                totalNs: {
                    p10: number;
                    p50: number;
                    p90: number;
                };
            };
            /** @enum {string} */
            place: "inside" | "outside" | "whole" | "other-vma" | "no-slot";
            repetitions: number;
            /**
             * @description All but the operation; the operation.
             * @enum {string}
             */
            scheme: "control" | "kernel";
            seqBumps: null;
            sleepNs: null;
            spinNs: null;
            stall: components["schemas"]["StallFigures"];
            stallByCauseNs: null;
            tlbFlushes: number | null;
            wallMs: number;
            windowNs: number;
            /** @description If they were asked for. */
            windows?: components["schemas"]["MeasuredStall"][];
        };
        MeasuredStall: {
            endNs: number;
            /** @description What the guest touched behind it, from the start of its memory. */
            offset: number;
            repetition: number;
            /** @description From the start of the operation, or of the control. */
            startNs: number;
            vcpu: number;
        };
        Measurement: {
            /** Format: date-time */
            createdAt: string;
            error?: components["schemas"]["Problem"];
            finishedAt: string | null;
            id: string;
            /** @description Repetitions that count. */
            progress: {
                done: number;
                total: number;
            };
            result?: components["schemas"]["MeasurementResult"];
            /** @description The result was there already: an earlier request had asked the same. */
            reused: boolean;
            /** @description Name of the scenario, where there is one. */
            scenario: string | null;
            /** @description Notifier schemes that it is about. */
            schemes: string[];
            spec: components["schemas"]["MeasurementRequest"];
            /** @enum {string} */
            status: "queued" | "running" | "succeeded" | "failed" | "cancelled";
        };
        MeasurementEvent: {
            repetitions: {
                done: number;
                total: number;
            };
            /** @description Counts what happened in the job. */
            seq: number;
            /** @constant */
            topic: "progress";
        };
        MeasurementList: {
            items: components["schemas"]["MeasurementSummary"][];
            /** @description Null: this was the last page. */
            nextCursor: string | null;
        };
        /** @description An operation of the host, under a guest on its own KVM. */
        MeasurementRequest: {
            /**
             * @description What the memory is made of. Absent: anonymous, and shmem for operations on a file.
             * @enum {unknown}
             */
            backing?: "anonymous" | "shmem" | "hugetlb-2m";
            /**
             * @description Size of the folios. Absent: as mapped, else 4k.
             * @enum {unknown}
             */
            folios?: "4k" | "2m";
            /**
             * @description Record the kernel's own events as well, where the host shows them. That takes time of its own.
             * @default false
             */
            kernelEvents?: boolean;
            /**
             * @description Size of the entries that map them. Absent: as folios, and 4k for a collapse.
             * @enum {unknown}
             */
            mapped?: "4k" | "2m";
            /**
             * @description Memory of the guest. Usual: 64MiB.
             * @default 67108864
             */
            memory?: number | string;
            /**
             * @description What the host does.
             * @enum {unknown}
             */
            operation: "nothing" | "madv-collapse" | "madv-dontneed" | "mprotect" | "munmap" | "punch-hole" | "fork" | "uffdio-continue";
            /** @description What the guest touches. Absent: inside, and other-vma for munmap. */
            places?: ("inside" | "outside" | "whole" | "other-vma" | "no-slot")[];
            /**
             * @description Memory that is operated on, at most half of it. Usual: 2MiB.
             * @default 2097152
             */
            range?: number | string;
            /**
             * @description Repetitions at each place.
             * @default 20
             */
            repetitions?: number;
            /**
             * @description Distance from one touch to the next. Usual: 4KiB.
             * @default 4096
             */
            stride?: number | string;
            /**
             * @description Time after the operation in which gaps still count. Usual: 4ms.
             * @default 4000000
             */
            tail?: number | string;
            /**
             * @description Shortest gap between two touches that is recorded. Usual: 2us.
             * @default 2000
             */
            threshold?: number | string;
            /**
             * @description After this there are no more repetitions. Usual: 2s.
             * @default 2000000000
             */
            time?: number | string;
            /**
             * @description vCPUs, each on a CPU of its own beside the one for the operation.
             * @default 1
             */
            vcpus?: number;
            /**
             * @description List all stall windows, one by one.
             * @default false
             */
            windows?: boolean;
        };
        /** @description What `stallscope measure --json` prints. */
        MeasurementResult: {
            host: components["schemas"]["HostFacts"];
            measurement: {
                cpus: {
                    operator: number;
                    vcpus: number[];
                } | null;
                guestTscOffset: number;
                kernelEvents: {
                    dropped: number;
                    missing: null;
                    recorded: string[];
                } | {
                    /** @constant */
                    dropped: 0;
                    missing: string;
                    recorded: null;
                } | null;
                memory: {
                    /** @enum {string} */
                    backing: "anonymous" | "shmem" | "hugetlb-2m";
                    /** @enum {string} */
                    folios: "4k" | "2m";
                    /** @enum {string} */
                    mapped: "4k" | "2m";
                };
                memoryBytes: number;
                rangeBytes: number;
                strideBytes: number;
                tailNs: number;
                thresholdNs: number;
                tscHz: number;
                vcpus: number;
            };
            paired: components["schemas"]["MeasuredPair"][];
            profile: null;
            /** @description Those that count, at the place that has the fewest. */
            repetitions: number;
            /** @description The operation. */
            scenario: string;
            schemes: components["schemas"]["MeasuredScheme"][];
            seed: null;
            /** @constant */
            source: "host";
        };
        MeasurementSummary: {
            /** Format: date-time */
            createdAt: string;
            finishedAt: string | null;
            id: string;
            /** @description Repetitions that count. */
            progress: {
                done: number;
                total: number;
            };
            /** @description The result was there already: an earlier request had asked the same. */
            reused: boolean;
            /** @description Name of the scenario, where there is one. */
            scenario: string | null;
            /** @description Notifier schemes that it is about. */
            schemes: string[];
            /** @enum {string} */
            status: "queued" | "running" | "succeeded" | "failed" | "cancelled";
        };
        OperationFigures: {
            durationNs: {
                max: number;
                p50: number;
            };
            /** @description Of the first repetition that had one. */
            errno: string | null;
            operation: string;
        };
        /** @description A scheme beside the baseline of its mapcount scheme, repetition by repetition. */
        PairedResult: {
            /** @enum {string} */
            baseline: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
            /** @enum {string} */
            mapcount: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas";
            maxStallDifferenceNs: components["schemas"]["Estimate"];
            maxStallRatio: components["schemas"]["RatioEstimate"];
            /** @enum {string} */
            scheme: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
        };
        PrimaryEntry: {
            /** @description First frame of its folio; null where that has been freed. */
            folio: number | null;
            /** @description First frame of a leaf. */
            frame: number | null;
            /** @enum {string} */
            kind: "none" | "table" | "leaf" | "migration" | "invalid" | "poison";
            /** @description 1: of a page. */
            level: number;
            /** @description 0: the process of the VM; others: children of fork. */
            mm: number;
            /** @description First page, from the start of the memory; outside of it where mremap has moved it. */
            page: number;
            /** @description Pages that it stands for. */
            pages: number;
            /** @description Carries the mark of a mapcount scheme. */
            special: boolean;
            /** @description Protected by UFFDIO_WRITEPROTECT. */
            uffdWp: boolean;
            writable: boolean;
        };
        PrimaryRun: {
            folio: number | null;
            frame: number | null;
            /** @enum {string} */
            kind: "present" | "none" | "migration" | "invalid" | "poison";
            /** @description In bytes. */
            length: number;
            size: ("4k" | "2m" | "1g") | null;
            /** @description Carries the mark of a mapcount scheme. */
            special: boolean;
            /** @description Where in the memory of the process, in bytes. */
            start: number;
            /** @description Protected by UFFDIO_WRITEPROTECT. */
            uffdWp: boolean;
            writable: boolean;
        };
        /** @description RFC 9457. */
        Problem: {
            /**
             * @description docs/reference/errors.md has them all.
             * @enum {unknown}
             */
            code: "BODY_MALFORMED" | "BODY_TOO_DEEP" | "BODY_KEY_FORBIDDEN" | "REQUEST_INVALID" | "UNAUTHORIZED" | "ORIGIN_REFUSED" | "NOT_FOUND" | "ROUTE_NOT_FOUND" | "REQUEST_TIMEOUT" | "NAME_TAKEN" | "RESULT_MISSING" | "SIMULATION_BUSY" | "SIMULATION_ENDED" | "NOT_RECORDED" | "BODY_TOO_LARGE" | "MEDIA_TYPE_UNSUPPORTED" | "HOST_REFUSED" | "EXPLORATION_INVALID" | "COMPARISON_INVALID" | "MEASUREMENT_INVALID" | "SIMULATION_INVALID" | "SIMULATION_TOO_LARGE" | "SWEEP_INVALID" | "SCENARIO_INVALID" | "PROFILE_INVALID" | "IDEMPOTENCY_KEY_REUSED" | "UPGRADE_REQUIRED" | "TOO_MANY_COMPARISONS" | "TOO_MANY_EXPLORATIONS" | "TOO_MANY_MEASUREMENTS" | "TOO_MANY_SIMULATIONS" | "TOO_MANY_SWEEPS" | "TOO_MANY_TRACES" | "TOO_MANY_SUBSCRIBERS" | "RATE_LIMITED" | "HEADERS_TOO_LARGE" | "INTERNAL" | "RUN_FAILED" | "WORKER_DIED" | "INTERRUPTED" | "STORE_FAILED" | "OVERLOADED" | "STOPPING" | "HOST_CANNOT_MEASURE" | "STORE_FULL" | "LIBRARY_FULL";
            /** @description What was wrong this time. */
            detail?: string;
            /** @description Each field that was wrong. */
            errors?: {
                message: string;
                path: string;
            }[];
            /** @description Path of the request. */
            instance?: string;
            status: number;
            /** @description The sentence of the code, always the same. */
            title: string;
            /** @description urn:stallscope:error: and the code. */
            type: string;
        };
        /** @description Null where the baseline had no stall in some repetition. */
        RatioEstimate: {
            ci95: number[] | null;
            estimate: number | null;
        };
        RunFinding: {
            /** @description What shows it; its shape depends on the kind. */
            evidence: unknown;
            /** @description docs/checkers.md has all kinds. */
            kind: string;
            message: string;
            /** @description Up to 16 records that lead to it. */
            records: components["schemas"]["LeadingRecord"][];
            /** @description When it was made. */
            simTimeNs: number;
        };
        /** @description A host, a VM, what its guest does, and the operations in between. */
        Scenario: {
            /**
             * @description Whether what must hold is checked while it runs (docs/checkers.md). Off, findings of checkers and lockdep are missing; nothing else differs.
             * @default true
             */
            checks?: boolean;
            /**
             * @description A sentence or two on what it shows.
             * @default
             */
            description?: string;
            /** @description What the guest does. */
            guest?: {
                /**
                 * @description Each vCPU touches a slice of its own, range / vcpus. False: all touch all of the range.
                 * @default false
                 */
                partitioned?: boolean;
                /**
                 * @description Which pages the vCPUs touch.
                 * @default stride
                 * @enum {unknown}
                 */
                pattern?: "stride" | "uniform" | "zipf" | "phases" | "trace" | "idle";
                /**
                 * @description phases: what follows on what. Each phase has its own range, mix and pace; those above are not read.
                 * @default []
                 */
                phases?: {
                    /**
                     * @description How many accesses each vCPU makes in it. Null: as `lasts` says.
                     * @default null
                     */
                    accesses?: number | null;
                    /**
                     * @description How long it lasts, in the guest's own time: what a vCPU stands still makes it longer. Null: as `accesses` says.
                     * @default null
                     */
                    lasts?: number | string | null;
                    /**
                     * @description Which pages the vCPUs touch; idle: they halt (HLT).
                     * @default stride
                     * @enum {unknown}
                     */
                    pattern?: "stride" | "uniform" | "zipf" | "idle";
                    /** @description The part of the memory that the vCPUs touch. */
                    range?: {
                        /** @description Length. Absent: up to the end of the memory. */
                        length?: number | string;
                        /**
                         * @description Offset into the memory of the VM.
                         * @default 0
                         */
                        start?: number | string;
                    };
                    /**
                     * @description Distance of two accesses of a stride.
                     * @default 4
                     */
                    stridePages?: number;
                    /**
                     * @description From the end of one access to the next.
                     * @default 100
                     */
                    thinkNs?: number | string;
                    /**
                     * @description Part of the accesses that write, drawn for each.
                     * @default 1
                     */
                    writeFraction?: number;
                    /**
                     * @description zipf: the k-th most popular page is touched with a chance as 1 / k^exponent.
                     * @default 1
                     */
                    zipfExponent?: number;
                }[];
                /** @description The part of the memory that the vCPUs touch. */
                range?: {
                    /** @description Length. Absent: up to the end of the memory. */
                    length?: number | string;
                    /**
                     * @description Offset into the memory of the VM.
                     * @default 0
                     */
                    start?: number | string;
                };
                /**
                 * @description phases: the first follows on the last. False: the vCPUs halt after the last.
                 * @default true
                 */
                repeatPhases?: boolean;
                /**
                 * @description Distance of two accesses of a stride.
                 * @default 4
                 */
                stridePages?: number;
                /**
                 * @description From the end of one access to the next.
                 * @default 100
                 */
                thinkNs?: number | string;
                /**
                 * @description trace: CSV with the header time,vcpu,gfn,write and a line for each access, by time: ns of the guest's own time, number of the vCPU, 4 KiB frame, 1 for a write and 0 for a read.
                 * @default null
                 */
                trace?: string | null;
                /**
                 * @description Part of the accesses that write, drawn for each.
                 * @default 1
                 */
                writeFraction?: number;
                /**
                 * @description zipf: the k-th most popular page is touched with a chance as 1 / k^exponent.
                 * @default 1
                 */
                zipfExponent?: number;
            };
            /** @description HugeTLB high-granularity mapping. */
            hgm?: {
                /**
                 * @description What range-chunked puts into one section; a power of two.
                 * @default 2097152
                 */
                chunkBytes?: number | string;
                /**
                 * @description Revision of the HGM series whose locks hugetlb_collapse() follows.
                 * @default v2
                 * @enum {unknown}
                 */
                version?: "rfc1" | "rfc2" | "v1" | "v2";
            };
            /** @description The host's settings of khugepaged. */
            khugepaged?: {
                /**
                 * @description How many pages of a 2 MiB block may be missing (max_ptes_none).
                 * @default 511
                 */
                maxPtesNone?: number;
                /**
                 * @description What khugepaged-scan looks at in one pass, before it sleeps (pages_to_scan).
                 * @default 4096
                 */
                pagesToScan?: number;
                /**
                 * @description For how long it sleeps between two passes (scan_sleep_millisecs).
                 * @default 10000000000
                 */
                scanSleep?: number | string;
            };
            /** @description What ends a run that does not end by itself. */
            limits?: {
                /**
                 * @description Events of the engine after which a run is ended.
                 * @default 200000000
                 */
                events?: number;
                /**
                 * @description Simulated time after which a run is ended.
                 * @default 60000000000
                 */
                simulated?: number | string;
            };
            /** @description The host. */
            machine?: {
                /**
                 * @description CPUs of the host; at least as many as there are vCPUs.
                 * @default 16
                 */
                cpus?: number;
                /**
                 * @description Whether a fault looks for an open invalidation before GUP. Null: as the kernel version does.
                 * @default null
                 */
                earlyRetryCheck?: boolean | null;
                /**
                 * @description Kernel version that the fault path and the zap follow.
                 * @default 6.12
                 * @enum {unknown}
                 */
                kernel?: "6.1" | "6.12" | "6.18";
                /**
                 * @description The host mitigates the iTLB multihit: in 6.1 no huge SPTE replaces a table that is left of smaller ones.
                 * @default false
                 */
                nxHugePages?: boolean;
                /**
                 * @description Preemption model of the kernel.
                 * @default full
                 * @enum {unknown}
                 */
                preemption?: "full" | "voluntary";
                /**
                 * @description Cost profile: what each step costs, in nanoseconds.
                 * @default epyc-uncontended
                 */
                profile?: string;
            };
            /**
             * @description How a folio counts its mappings, where a comparison names none.
             * @default subpage
             * @enum {unknown}
             */
            mapcount?: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas";
            /**
             * @description Name; that of the file in the library.
             * @default unnamed
             */
            name?: string;
            /** @description The host that the VM comes from, in a post-copy migration. */
            peer?: {
                /**
                 * @description The source also sends what nobody asks for, in order; the run goes on until all has come.
                 * @default true
                 */
                background?: boolean;
                /**
                 * @description Of the link, for all connections together.
                 * @default 12500000000
                 */
                bandwidth?: number;
                /**
                 * @description The VMM collapses each page of this size as soon as all of it has come. Null: it does not.
                 * @default null
                 */
                collapse?: "2m" | "1g" | null;
                /**
                 * @description From one host to the other, one way.
                 * @default 10000
                 */
                latency?: number | string;
                /**
                 * @description Size of the pages that the source of a post-copy migration sends. Null: there is no migration.
                 * @default null
                 */
                pageSize?: "4k" | "2m" | "1g" | null;
                /**
                 * @description A connection of their own for pages that are asked for.
                 * @default false
                 */
                preempt?: boolean;
                /**
                 * @description Connections of the background stream, each with a thread at both ends.
                 * @default 1
                 */
                receivers?: number;
                /**
                 * @description Bytes that a connection has under way at most; a page that is asked for goes behind them.
                 * @default 1048576
                 */
                window?: number | string;
            };
            /**
             * @description Time that the run goes on after the last operation has ended.
             * @default 20000000
             */
            settle?: number | string;
            /**
             * @description The operations. Two that start at one time must not overlap.
             * @default []
             */
            timeline?: {
                /**
                 * @description When the operation starts; after-previous: when the entry before it in the list has ended.
                 * @default 0
                 */
                at?: number | string | "after-previous";
                /**
                 * @description fork: how long after the call the child exits. Null: it lives to the end of the run.
                 * @default null
                 */
                childLives?: number | string | null;
                /**
                 * @description fork: shared hugetlb memory is copied leaf by leaf, as where userfaultfd write protection is armed. False: the child faults it in.
                 * @default false
                 */
                copyHugetlb?: boolean;
                /**
                 * @description dirty-log-enable: from one reading of the dirty log to the next, until logging ends, as in the rounds of a live migration. Null: nobody reads it.
                 * @default null
                 */
                harvestEvery?: number | string | null;
                /**
                 * @description dirty-log-enable: reading only copies the log, and pieces of 1 GiB are write-protected anew by KVM_CLEAR_DIRTY_LOG. False: reading does both.
                 * @default false
                 */
                manualProtect?: boolean;
                /**
                 * @description What userspace asks for.
                 * @default madv-collapse
                 * @enum {unknown}
                 */
                operation?: "uffdio-copy" | "uffdio-continue" | "uffdio-writeprotect" | "madv-split" | "madv-collapse" | "khugepaged-scan" | "madv-dontneed" | "munmap" | "mprotect" | "mremap" | "fork" | "truncate" | "punch-hole" | "migrate-pages" | "memory-failure" | "dirty-log-enable" | "dirty-log-disable";
                /**
                 * @description Which process asks: first those of vm.processes, then those of vm.backends.
                 * @default 0
                 */
                process?: number;
                /**
                 * @description mprotect, uffdio-writeprotect: what may be done with the range from then on. Null: neither of them.
                 * @default null
                 */
                protection?: "read" | "read-write" | null;
                /** @description What the operation works on. */
                range?: {
                    /** @description Length. Absent: up to the end of the memory. */
                    length?: number | string;
                    /**
                     * @description Offset into the memory of the VM.
                     * @default 0
                     */
                    start?: number | string;
                };
                /**
                 * @description Userspace makes one call for each step of the range, one after the other. Null: one call for all of it.
                 * @default null
                 */
                step?: number | string | null;
                /**
                 * @description madv-collapse: the largest leaf that it may build. Null: the largest that fits.
                 * @default null
                 */
                target?: "2m" | "1g" | null;
                /**
                 * @description mremap: where the range goes; behind the memory there is room. Null: to a free place behind all that is mapped.
                 * @default null
                 */
                to?: number | string | null;
            }[];
            /** @description Userfaultfd. */
            userfault?: {
                /**
                 * @description Messages of hugetlb memory name the 4K page (UFFD_FEATURE_EXACT_ADDRESS). False: its huge page, but for HGM v1 and v2.
                 * @default false
                 */
                exactAddress?: boolean;
                /**
                 * @description Userfaultfds, each for an equal part of the memory.
                 * @default 1
                 */
                fds?: number;
                /**
                 * @description Which faults of the memory go to userspace.
                 * @default none
                 * @enum {unknown}
                 */
                mode?: "none" | "missing" | "minor";
                /**
                 * @description Threads of the VMM that poll each fd.
                 * @default 1
                 */
                readers?: number;
                /**
                 * @description Also writes to pages that uffdio-writeprotect has protected.
                 * @default false
                 */
                writeProtect?: boolean;
            };
            /** @description The virtual machine, or several alike. */
            vm?: {
                /**
                 * @description The guest takes async page faults: it runs another task while the host waits for a page.
                 * @default false
                 */
                asyncPageFault?: boolean;
                /**
                 * @description Further processes that map the memory and have no VM, as back ends of vhost-user do.
                 * @default 0
                 */
                backends?: number;
                /**
                 * @description What the memory is made of.
                 * @default hugetlb-1g
                 * @enum {unknown}
                 */
                backing?: "anonymous" | "shmem" | "hugetlb-2m" | "hugetlb-1g";
                /**
                 * @description VMs of each process, all over the one mapping of the memory.
                 * @default 1
                 */
                count?: number;
                /**
                 * @description Size of the folios of anonymous and shmem memory. Null: as large as the entries that map them.
                 * @default null
                 */
                folios?: ("4k" | "2m") | null;
                /**
                 * @description Size of the pages with which the guest maps all of its memory, for shadow paging: no SPTE is larger. Null: 2m, or of no effect where vm.mmu is tdp.
                 * @default null
                 */
                guestPage?: ("4k" | "2m" | "1g") | null;
                /**
                 * @description Size of the host page-table entries at time 0; not above that of the backing.
                 * @default 4k
                 * @enum {unknown}
                 */
                mapped?: "4k" | "2m" | "1g" | "none";
                /**
                 * @description Memory of the VM; a multiple of the page size of its backing.
                 * @default 1073741824
                 */
                memory?: number | string;
                /**
                 * @description KVM's memslots; two of them may map the same memory. guest.range then counts guest addresses. Null: one over all of the memory.
                 * @default null
                 */
                memslots?: {
                    /**
                     * @description Guest address at which it begins.
                     * @default 0
                     */
                    guestStart?: number | string;
                    /**
                     * @description Length.
                     * @default 1073741824
                     */
                    length?: number | string;
                    /**
                     * @description Offset into the memory of the VM.
                     * @default 0
                     */
                    start?: number | string;
                }[] | null;
                /**
                 * @description KVM's MMU.
                 * @default tdp
                 * @enum {unknown}
                 */
                mmu?: "tdp" | "shadow";
                /**
                 * @description Pages that KVM itself writes for the first so many vCPUs, such as a vCPU's clock (gfn_to_pfn_cache); at most vm.vcpus.
                 * @default 0
                 */
                pfnCaches?: number;
                /**
                 * @description How often a vCPU leaves the guest for such a page to be written.
                 * @default 1000000
                 */
                pfnCacheUse?: number | string;
                /**
                 * @description Part of the memory that is mapped at time 0, drawn at random.
                 * @default 1
                 */
                populatedFraction?: number;
                /**
                 * @description Processes that map the memory, each with VMs; anonymous memory: one each.
                 * @default 1
                 */
                processes?: number;
                /**
                 * @description Part of the mapped pages for which KVM holds an SPTE at time 0, drawn at random.
                 * @default 1
                 */
                sptePopulatedFraction?: number;
                /**
                 * @description vCPUs of each VM, each on a CPU of its own.
                 * @default 8
                 */
                vcpus?: number;
                /**
                 * @description khugepaged-scan: part of the mapped pages that are young in the host at time 0, drawn at random; it asks KVM about the others.
                 * @default 0.1
                 */
                youngFraction?: number;
            };
        };
        SchemeFinding: {
            /** @description What shows it; its shape depends on the kind. */
            evidence: unknown;
            /** @description docs/checkers.md has all kinds. */
            kind: string;
            message: string;
            /** @description Up to 16 records that lead to it. */
            records: components["schemas"]["LeadingRecord"][];
            /** @description Shows it again. */
            seed: number;
            /** @description When it was made. */
            simTimeNs: number;
        };
        SchemeResult: {
            blackout: components["schemas"]["BlackoutFigures"];
            /** @description What the model did, a mean per run, by name. */
            counters: {
                [key: string]: number;
            };
            events: number;
            faults: {
                retries: number;
                spurious: number;
                total: number;
                userfault: number;
            };
            findings: components["schemas"]["SchemeFinding"][];
            guest: {
                throughputLoss: number;
                touches: number;
            };
            /** @description HdrHistogram V2, base64, of all stall windows. */
            histogram: string;
            /** @description Until every SPTE that can be huge is huge; null: it never was, in one repetition at least. */
            hugeRecoveryNs: number | null;
            /** @enum {string} */
            mapcount: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas";
            /** @description As of one run, each a mean. */
            notifier: {
                collapsed: number;
                openNs: number;
                sections: number;
                startNs: number;
            };
            operations: components["schemas"]["OperationFigures"][];
            /** @enum {string} */
            scheme: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
            seqBumps: number;
            simulatedNs: number;
            sleepNs: number;
            spinNs: number;
            stall: components["schemas"]["StallFigures"];
            /** @description Time by cause. */
            stallByCauseNs: {
                fault?: number;
                "fault-mutex"?: number;
                "folio-lock"?: number;
                "i-mmap-lock"?: number;
                "invalidate-retry"?: number;
                "mmap-lock"?: number;
                "mmu-lock"?: number;
                "retry-sleep"?: number;
                "subtree-teardown"?: number;
                "tlb-flush"?: number;
                userfault?: number;
                "vma-lock"?: number;
            };
            tlbFlushes: number;
            /** @description The only field that two runs of one comparison may differ in. */
            wallMs: number;
        };
        Simulation: {
            /** @description What the model did, by name. */
            counters: {
                [key: string]: number;
            };
            /** Format: date-time */
            createdAt: string;
            /** @description Why it goes on no more; null: it does. */
            ended: ("event-budget" | "time-budget" | "deadlock" | "failed" | "out-of-memory" | "died") | null;
            /** @description What ended it, in a sentence. */
            endMessage: string | null;
            /** @description Events of the engine so far. */
            events: number;
            faults: {
                retries: number;
                spurious: number;
                total: number;
                userfault: number;
            };
            /** @description The first 20. */
            findings: components["schemas"]["RunFinding"][];
            findingsTotal: number;
            hugeRecoveryNs: number | null;
            id: string;
            /** @description All operations have ended, and nobody is on the way. */
            idle: boolean;
            /** @enum {string} */
            mapcount: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas";
            notifier: {
                collapsed: number;
                openNs: number;
                sections: number;
                startNs: number;
            };
            /** @description The newest 50. */
            operations: components["schemas"]["LiveOperation"][];
            operationsDone: number;
            operationsTotal: number;
            pace: {
                achieved: number | null;
                /** @description The machine does not keep up. */
                behind: boolean;
                /** @description Virtual ns for each real ns. */
                speed: number;
            } | null;
            scenario: string;
            /** @enum {string} */
            scheme: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
            seed: number;
            seqBumps: number;
            /** @description Virtual time. */
            simTimeNs: number;
            stalls: {
                /** @description Time by cause. */
                byCauseNs: {
                    fault?: number;
                    "fault-mutex"?: number;
                    "folio-lock"?: number;
                    "i-mmap-lock"?: number;
                    "invalidate-retry"?: number;
                    "mmap-lock"?: number;
                    "mmu-lock"?: number;
                    "retry-sleep"?: number;
                    "subtree-teardown"?: number;
                    "tlb-flush"?: number;
                    userfault?: number;
                    "vma-lock"?: number;
                };
                /** @description Closed windows. */
                count: number;
                maxNs: number;
                /** @description Windows that are open now; nothing else here counts them. */
                open: number;
                sleepNs: number;
                spinNs: number;
                totalNs: number;
            };
            /** @enum {string} */
            status: "paused" | "advancing" | "flowing" | "ended";
            tlbFlushes: number;
            vcpus: components["schemas"]["LiveVcpu"][];
        };
        /** @description How far a simulation is to go: by a time, or until something is so. */
        SimulationAdvance: {
            /** @description So much simulated time, and all that is due then. */
            by?: number | string;
            /**
             * @description operations-done: every operation has ended, and every page of a migration is there. idle: and every vCPU runs guest code, or is halted.
             * @enum {unknown}
             */
            until?: "operations-done" | "idle";
            /**
             * @description Real time that the answer may wait for the end of the advance. At most 1 min.
             * @default 10000000000
             */
            wait?: number | string;
        };
        SimulationEvent: {
            /** @description Times by cause; they add up to the length of the window. */
            causes: {
                fault?: number;
                "fault-mutex"?: number;
                "folio-lock"?: number;
                "i-mmap-lock"?: number;
                "invalidate-retry"?: number;
                "mmap-lock"?: number;
                "mmu-lock"?: number;
                "retry-sleep"?: number;
                "subtree-teardown"?: number;
                "tlb-flush"?: number;
                userfault?: number;
                "vma-lock"?: number;
            };
            endNs: number;
            /** @description Counts what happened in the job. */
            seq: number;
            /** @description Simulated time. */
            simTimeNs: number;
            startNs: number;
            /** @constant */
            topic: "stall";
            /** @description Through all VMs. */
            vcpu: number;
        } | {
            /** @description Counts what happened in the job. */
            seq: number;
            /** @description Simulated time. */
            simTimeNs: number;
            startNs: number;
            /**
             * @description What it did from startNs on.
             * @enum {string}
             */
            state: "running" | "halted" | "invalidate-retry" | "retry-sleep" | "mmu-lock" | "mmap-lock" | "vma-lock" | "i-mmap-lock" | "fault-mutex" | "folio-lock" | "userfault" | "fault" | "tlb-flush" | "subtree-teardown";
            /** @constant */
            topic: "vcpu";
            /** @description Through all VMs. */
            vcpu: number;
        } | {
            /**
             * @description A section opens, KVM has answered, it is closed; a collapse is told after the fact, KVM has dealt with it.
             * @enum {string}
             */
            event: "range-start" | "range-started" | "range-end" | "collapsed" | "collapsed-handled";
            length: number;
            /** @description Whose page tables change: index among vm.processes. */
            process: number;
            /** @description Counts the sections of its process. */
            section: number;
            /** @description Counts what happened in the job. */
            seq: number;
            /** @description Simulated time. */
            simTimeNs: number;
            start: number;
            /** @description That changes them: `vmm0` is that of timeline.0, `vcpu3` a vCPU. */
            task: string;
            /** @constant */
            topic: "notifier";
        } | {
            /** @description Null: done, or not ended yet. */
            errno: string | null;
            /** @enum {string} */
            event: "start" | "end";
            /** @description Place in the timeline. */
            index: number;
            length: number;
            operation: string;
            /** @description Which asks for it, */
            process: number;
            /** @description Counts what happened in the job. */
            seq: number;
            /** @description Simulated time. */
            simTimeNs: number;
            start: number;
            /** @description and by which of its threads. */
            task: string;
            /** @constant */
            topic: "operation";
        } | {
            gfn: number;
            /** @description More than one: rounds of the early retry check, told at once. */
            laps: number;
            /** @description Of the SPTE that was put in place; 0: none. */
            level: number;
            /** @enum {string} */
            outcome: "fixed" | "retry" | "spurious" | "efault" | "userfault";
            /** @description Counts what happened in the job. */
            seq: number;
            /** @description Simulated time. */
            simTimeNs: number;
            /** @constant */
            topic: "fault";
            /** @description Through all VMs. */
            vcpu: number;
        } | {
            lock: string;
            /** @description Counts what happened in the job. */
            seq: number;
            /** @description Simulated time. */
            simTimeNs: number;
            task: string;
            /** @constant */
            topic: "lock";
            waitedNs: number;
        } | {
            durationNs: number;
            /** @constant */
            event: "kvm-flush";
            /** @description CPUs that were interrupted. */
            kicked: number;
            /** @description Counts what happened in the job. */
            seq: number;
            /** @description Simulated time. */
            simTimeNs: number;
            /** @description That asks for the flush and waits for it. */
            task: string;
            /** @constant */
            topic: "tlb";
            vm: number;
        } | {
            durationNs: number;
            /** @constant */
            event: "cpu-shootdown";
            /** @description CPUs that were interrupted. */
            kicked: number;
            /** @description Whose page tables change: index among vm.processes. */
            process: number;
            /** @description Counts what happened in the job. */
            seq: number;
            /** @description Simulated time. */
            simTimeNs: number;
            /** @description That asks for the flush and waits for it. */
            task: string;
            /** @constant */
            topic: "tlb";
        } | {
            /** @description As userspace is told it. */
            address: number;
            /** @enum {string} */
            event: "wait" | "wake";
            /** @description Counts what happened in the job. */
            seq: number;
            /** @description Simulated time. */
            simTimeNs: number;
            /** @constant */
            topic: "userfault";
            /** @description Through all VMs. */
            vcpu: number;
        } | {
            /** @description Operations that have ended. */
            done: number;
            /** @description Events of the engine so far. */
            events: number;
            /** @description Counts what happened in the job. */
            seq: number;
            /** @description Simulated time. */
            simTimeNs: number;
            /** @constant */
            topic: "progress";
            /** @description Operations of the timeline. */
            total: number;
        } | {
            finding: components["schemas"]["RunFinding"];
            /** @description Counts what happened in the job. */
            seq: number;
            /** @description Simulated time. */
            simTimeNs: number;
            /** @constant */
            topic: "finding";
        } | {
            /** @constant */
            event: "advanced";
            /**
             * @description How the advance has ended.
             * @enum {string}
             */
            outcome: "reached" | "stuck" | "paused" | "ended";
            /** @description Counts what happened in the job. */
            seq: number;
            simTimeNs: number;
            /** @constant */
            topic: "progress";
        } | {
            /** @constant */
            event: "pace";
            /** @description Counts what happened in the job. */
            seq: number;
            simTimeNs: number;
            /** @description Virtual ns for each real ns. */
            speed: number;
            /** @constant */
            topic: "progress";
        } | {
            /** @constant */
            event: "topics";
            /** @description Counts what happened in the job. */
            seq: number;
            simTimeNs: number;
            /** @constant */
            topic: "progress";
            /** @description That are recorded from now on. */
            topics: ("stall" | "vcpu" | "notifier" | "operation" | "fault" | "lock" | "tlb" | "userfault" | "finding" | "progress")[];
        } | {
            /** @description What has ended it. */
            ended: string;
            /** @constant */
            event: "ended";
            message: string;
            /** @description Counts what happened in the job. */
            seq: number;
            simTimeNs: number;
            /** @constant */
            topic: "progress";
        };
        SimulationList: {
            items: components["schemas"]["SimulationSummary"][];
            /** @description Null: this was the last page. */
            nextCursor: string | null;
        };
        /** @description An operation that starts now. */
        SimulationOperation: {
            /**
             * @description fork: how long after the call the child exits. Null: it lives to the end of the run.
             * @default null
             */
            childLives?: number | string | null;
            /**
             * @description fork: shared hugetlb memory is copied leaf by leaf, as where userfaultfd write protection is armed. False: the child faults it in.
             * @default false
             */
            copyHugetlb?: boolean;
            /**
             * @description dirty-log-enable: from one reading of the dirty log to the next, until logging ends, as in the rounds of a live migration. Null: nobody reads it.
             * @default null
             */
            harvestEvery?: number | string | null;
            /**
             * @description dirty-log-enable: reading only copies the log, and pieces of 1 GiB are write-protected anew by KVM_CLEAR_DIRTY_LOG. False: reading does both.
             * @default false
             */
            manualProtect?: boolean;
            /**
             * @description What userspace asks for.
             * @enum {unknown}
             */
            operation: "uffdio-copy" | "uffdio-continue" | "uffdio-writeprotect" | "madv-split" | "madv-collapse" | "khugepaged-scan" | "madv-dontneed" | "munmap" | "mprotect" | "mremap" | "fork" | "truncate" | "punch-hole" | "migrate-pages" | "memory-failure" | "dirty-log-enable" | "dirty-log-disable";
            /**
             * @description Which process asks: first those of vm.processes, then those of vm.backends.
             * @default 0
             */
            process?: number;
            /**
             * @description mprotect, uffdio-writeprotect: what may be done with the range from then on. Null: neither of them.
             * @default null
             */
            protection?: "read" | "read-write" | null;
            /** @description What the operation works on. */
            range?: {
                /** @description Length. Absent: up to the end of the memory. */
                length?: number | string;
                /**
                 * @description Offset into the memory of the VM.
                 * @default 0
                 */
                start?: number | string;
            };
            /**
             * @description Userspace makes one call for each step of the range, one after the other. Null: one call for all of it.
             * @default null
             */
            step?: number | string | null;
            /**
             * @description madv-collapse: the largest leaf that it may build. Null: the largest that fits.
             * @default null
             */
            target?: "2m" | "1g" | null;
            /**
             * @description mremap: where the range goes; behind the memory there is room. Null: to a free place behind all that is mapped.
             * @default null
             */
            to?: number | string | null;
        };
        SimulationPace: {
            /** @description Virtual ns for each real ns; 0: time stands. */
            speed: number;
        };
        /** @description A live simulation: a scenario, or the parts of one, and the scheme that it runs under. The timeline may be empty. */
        SimulationRequest: {
            /**
             * @description Whether what must hold is checked while it runs (docs/checkers.md). Off, findings of checkers and lockdep are missing; nothing else differs.
             * @default true
             */
            checks?: boolean;
            /**
             * @description A sentence or two on what it shows.
             * @default
             */
            description?: string;
            /** @description What the guest does. */
            guest?: {
                /**
                 * @description Each vCPU touches a slice of its own, range / vcpus. False: all touch all of the range.
                 * @default false
                 */
                partitioned?: boolean;
                /**
                 * @description Which pages the vCPUs touch.
                 * @default stride
                 * @enum {unknown}
                 */
                pattern?: "stride" | "uniform" | "zipf" | "phases" | "trace" | "idle";
                /**
                 * @description phases: what follows on what. Each phase has its own range, mix and pace; those above are not read.
                 * @default []
                 */
                phases?: {
                    /**
                     * @description How many accesses each vCPU makes in it. Null: as `lasts` says.
                     * @default null
                     */
                    accesses?: number | null;
                    /**
                     * @description How long it lasts, in the guest's own time: what a vCPU stands still makes it longer. Null: as `accesses` says.
                     * @default null
                     */
                    lasts?: number | string | null;
                    /**
                     * @description Which pages the vCPUs touch; idle: they halt (HLT).
                     * @default stride
                     * @enum {unknown}
                     */
                    pattern?: "stride" | "uniform" | "zipf" | "idle";
                    /** @description The part of the memory that the vCPUs touch. */
                    range?: {
                        /** @description Length. Absent: up to the end of the memory. */
                        length?: number | string;
                        /**
                         * @description Offset into the memory of the VM.
                         * @default 0
                         */
                        start?: number | string;
                    };
                    /**
                     * @description Distance of two accesses of a stride.
                     * @default 4
                     */
                    stridePages?: number;
                    /**
                     * @description From the end of one access to the next.
                     * @default 100
                     */
                    thinkNs?: number | string;
                    /**
                     * @description Part of the accesses that write, drawn for each.
                     * @default 1
                     */
                    writeFraction?: number;
                    /**
                     * @description zipf: the k-th most popular page is touched with a chance as 1 / k^exponent.
                     * @default 1
                     */
                    zipfExponent?: number;
                }[];
                /** @description The part of the memory that the vCPUs touch. */
                range?: {
                    /** @description Length. Absent: up to the end of the memory. */
                    length?: number | string;
                    /**
                     * @description Offset into the memory of the VM.
                     * @default 0
                     */
                    start?: number | string;
                };
                /**
                 * @description phases: the first follows on the last. False: the vCPUs halt after the last.
                 * @default true
                 */
                repeatPhases?: boolean;
                /**
                 * @description Distance of two accesses of a stride.
                 * @default 4
                 */
                stridePages?: number;
                /**
                 * @description From the end of one access to the next.
                 * @default 100
                 */
                thinkNs?: number | string;
                /**
                 * @description trace: CSV with the header time,vcpu,gfn,write and a line for each access, by time: ns of the guest's own time, number of the vCPU, 4 KiB frame, 1 for a write and 0 for a read.
                 * @default null
                 */
                trace?: string | null;
                /**
                 * @description Part of the accesses that write, drawn for each.
                 * @default 1
                 */
                writeFraction?: number;
                /**
                 * @description zipf: the k-th most popular page is touched with a chance as 1 / k^exponent.
                 * @default 1
                 */
                zipfExponent?: number;
            };
            /** @description HugeTLB high-granularity mapping. */
            hgm?: {
                /**
                 * @description What range-chunked puts into one section; a power of two.
                 * @default 2097152
                 */
                chunkBytes?: number | string;
                /**
                 * @description Revision of the HGM series whose locks hugetlb_collapse() follows.
                 * @default v2
                 * @enum {unknown}
                 */
                version?: "rfc1" | "rfc2" | "v1" | "v2";
            };
            /**
             * @description How many closed stall windows are kept: the newest.
             * @default 10000
             */
            keptStalls?: number;
            /** @description The host's settings of khugepaged. */
            khugepaged?: {
                /**
                 * @description How many pages of a 2 MiB block may be missing (max_ptes_none).
                 * @default 511
                 */
                maxPtesNone?: number;
                /**
                 * @description What khugepaged-scan looks at in one pass, before it sleeps (pages_to_scan).
                 * @default 4096
                 */
                pagesToScan?: number;
                /**
                 * @description For how long it sleeps between two passes (scan_sleep_millisecs).
                 * @default 10000000000
                 */
                scanSleep?: number | string;
            };
            /** @description What ends a run that does not end by itself. */
            limits?: {
                /**
                 * @description Events of the engine after which a run is ended.
                 * @default 200000000
                 */
                events?: number;
                /**
                 * @description Simulated time after which a run is ended.
                 * @default 60000000000
                 */
                simulated?: number | string;
            };
            /** @description The host. */
            machine?: {
                /**
                 * @description CPUs of the host; at least as many as there are vCPUs.
                 * @default 16
                 */
                cpus?: number;
                /**
                 * @description Whether a fault looks for an open invalidation before GUP. Null: as the kernel version does.
                 * @default null
                 */
                earlyRetryCheck?: boolean | null;
                /**
                 * @description Kernel version that the fault path and the zap follow.
                 * @default 6.12
                 * @enum {unknown}
                 */
                kernel?: "6.1" | "6.12" | "6.18";
                /**
                 * @description The host mitigates the iTLB multihit: in 6.1 no huge SPTE replaces a table that is left of smaller ones.
                 * @default false
                 */
                nxHugePages?: boolean;
                /**
                 * @description Preemption model of the kernel.
                 * @default full
                 * @enum {unknown}
                 */
                preemption?: "full" | "voluntary";
                /**
                 * @description Cost profile: what each step costs, in nanoseconds.
                 * @default epyc-uncontended
                 */
                profile?: string;
            };
            /**
             * @description How a folio counts its mappings. Absent: as the scenario says.
             * @enum {unknown}
             */
            mapcount?: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas";
            /**
             * @description Name; that of the file in the library.
             * @default unnamed
             */
            name?: string;
            /**
             * @description Changes of the scenario by path, such as {"vm.vcpus": 16}.
             * @default {}
             */
            overrides?: {
                [key: string]: unknown;
            };
            /** @description The host that the VM comes from, in a post-copy migration. */
            peer?: {
                /**
                 * @description The source also sends what nobody asks for, in order; the run goes on until all has come.
                 * @default true
                 */
                background?: boolean;
                /**
                 * @description Of the link, for all connections together.
                 * @default 12500000000
                 */
                bandwidth?: number;
                /**
                 * @description The VMM collapses each page of this size as soon as all of it has come. Null: it does not.
                 * @default null
                 */
                collapse?: "2m" | "1g" | null;
                /**
                 * @description From one host to the other, one way.
                 * @default 10000
                 */
                latency?: number | string;
                /**
                 * @description Size of the pages that the source of a post-copy migration sends. Null: there is no migration.
                 * @default null
                 */
                pageSize?: "4k" | "2m" | "1g" | null;
                /**
                 * @description A connection of their own for pages that are asked for.
                 * @default false
                 */
                preempt?: boolean;
                /**
                 * @description Connections of the background stream, each with a thread at both ends.
                 * @default 1
                 */
                receivers?: number;
                /**
                 * @description Bytes that a connection has under way at most; a page that is asked for goes behind them.
                 * @default 1048576
                 */
                window?: number | string;
            };
            /**
             * @description What is kept for a trace. Null: nothing.
             * @default null
             */
            record?: {
                /**
                 * @description How many records are kept: the newest.
                 * @default 50000
                 */
                limit?: number;
                /**
                 * @description Topics of the records that are kept. Absent: all.
                 * @default [
                 *       "stall",
                 *       "vcpu",
                 *       "notifier",
                 *       "operation",
                 *       "fault",
                 *       "lock",
                 *       "tlb",
                 *       "userfault",
                 *       "finding",
                 *       "progress"
                 *     ]
                 */
                topics?: ("stall" | "vcpu" | "notifier" | "operation" | "fault" | "lock" | "tlb" | "userfault" | "finding" | "progress")[];
            } | null;
            /** @description Name of a scenario in the library, or a document. Absent: its parts stand in the request. */
            scenario?: string | components["schemas"]["Scenario"];
            /**
             * @description Notifier scheme, with its handler.
             * @enum {unknown}
             */
            scheme: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
            /**
             * @description Seed.
             * @default 1
             */
            seed?: number;
            /**
             * @description Time that the run goes on after the last operation has ended.
             * @default 20000000
             */
            settle?: number | string;
            /**
             * @description The operations. Two that start at one time must not overlap.
             * @default []
             */
            timeline?: {
                /**
                 * @description When the operation starts; after-previous: when the entry before it in the list has ended.
                 * @default 0
                 */
                at?: number | string | "after-previous";
                /**
                 * @description fork: how long after the call the child exits. Null: it lives to the end of the run.
                 * @default null
                 */
                childLives?: number | string | null;
                /**
                 * @description fork: shared hugetlb memory is copied leaf by leaf, as where userfaultfd write protection is armed. False: the child faults it in.
                 * @default false
                 */
                copyHugetlb?: boolean;
                /**
                 * @description dirty-log-enable: from one reading of the dirty log to the next, until logging ends, as in the rounds of a live migration. Null: nobody reads it.
                 * @default null
                 */
                harvestEvery?: number | string | null;
                /**
                 * @description dirty-log-enable: reading only copies the log, and pieces of 1 GiB are write-protected anew by KVM_CLEAR_DIRTY_LOG. False: reading does both.
                 * @default false
                 */
                manualProtect?: boolean;
                /**
                 * @description What userspace asks for.
                 * @default madv-collapse
                 * @enum {unknown}
                 */
                operation?: "uffdio-copy" | "uffdio-continue" | "uffdio-writeprotect" | "madv-split" | "madv-collapse" | "khugepaged-scan" | "madv-dontneed" | "munmap" | "mprotect" | "mremap" | "fork" | "truncate" | "punch-hole" | "migrate-pages" | "memory-failure" | "dirty-log-enable" | "dirty-log-disable";
                /**
                 * @description Which process asks: first those of vm.processes, then those of vm.backends.
                 * @default 0
                 */
                process?: number;
                /**
                 * @description mprotect, uffdio-writeprotect: what may be done with the range from then on. Null: neither of them.
                 * @default null
                 */
                protection?: "read" | "read-write" | null;
                /** @description What the operation works on. */
                range?: {
                    /** @description Length. Absent: up to the end of the memory. */
                    length?: number | string;
                    /**
                     * @description Offset into the memory of the VM.
                     * @default 0
                     */
                    start?: number | string;
                };
                /**
                 * @description Userspace makes one call for each step of the range, one after the other. Null: one call for all of it.
                 * @default null
                 */
                step?: number | string | null;
                /**
                 * @description madv-collapse: the largest leaf that it may build. Null: the largest that fits.
                 * @default null
                 */
                target?: "2m" | "1g" | null;
                /**
                 * @description mremap: where the range goes; behind the memory there is room. Null: to a free place behind all that is mapped.
                 * @default null
                 */
                to?: number | string | null;
            }[];
            /**
             * @description Topics that are told from the start on. Absent: none, until somebody asks.
             * @default []
             */
            topics?: ("stall" | "vcpu" | "notifier" | "operation" | "fault" | "lock" | "tlb" | "userfault" | "finding" | "progress")[];
            /** @description Userfaultfd. */
            userfault?: {
                /**
                 * @description Messages of hugetlb memory name the 4K page (UFFD_FEATURE_EXACT_ADDRESS). False: its huge page, but for HGM v1 and v2.
                 * @default false
                 */
                exactAddress?: boolean;
                /**
                 * @description Userfaultfds, each for an equal part of the memory.
                 * @default 1
                 */
                fds?: number;
                /**
                 * @description Which faults of the memory go to userspace.
                 * @default none
                 * @enum {unknown}
                 */
                mode?: "none" | "missing" | "minor";
                /**
                 * @description Threads of the VMM that poll each fd.
                 * @default 1
                 */
                readers?: number;
                /**
                 * @description Also writes to pages that uffdio-writeprotect has protected.
                 * @default false
                 */
                writeProtect?: boolean;
            };
            /** @description The virtual machine, or several alike. */
            vm?: {
                /**
                 * @description The guest takes async page faults: it runs another task while the host waits for a page.
                 * @default false
                 */
                asyncPageFault?: boolean;
                /**
                 * @description Further processes that map the memory and have no VM, as back ends of vhost-user do.
                 * @default 0
                 */
                backends?: number;
                /**
                 * @description What the memory is made of.
                 * @default hugetlb-1g
                 * @enum {unknown}
                 */
                backing?: "anonymous" | "shmem" | "hugetlb-2m" | "hugetlb-1g";
                /**
                 * @description VMs of each process, all over the one mapping of the memory.
                 * @default 1
                 */
                count?: number;
                /**
                 * @description Size of the folios of anonymous and shmem memory. Null: as large as the entries that map them.
                 * @default null
                 */
                folios?: ("4k" | "2m") | null;
                /**
                 * @description Size of the pages with which the guest maps all of its memory, for shadow paging: no SPTE is larger. Null: 2m, or of no effect where vm.mmu is tdp.
                 * @default null
                 */
                guestPage?: ("4k" | "2m" | "1g") | null;
                /**
                 * @description Size of the host page-table entries at time 0; not above that of the backing.
                 * @default 4k
                 * @enum {unknown}
                 */
                mapped?: "4k" | "2m" | "1g" | "none";
                /**
                 * @description Memory of the VM; a multiple of the page size of its backing.
                 * @default 1073741824
                 */
                memory?: number | string;
                /**
                 * @description KVM's memslots; two of them may map the same memory. guest.range then counts guest addresses. Null: one over all of the memory.
                 * @default null
                 */
                memslots?: {
                    /**
                     * @description Guest address at which it begins.
                     * @default 0
                     */
                    guestStart?: number | string;
                    /**
                     * @description Length.
                     * @default 1073741824
                     */
                    length?: number | string;
                    /**
                     * @description Offset into the memory of the VM.
                     * @default 0
                     */
                    start?: number | string;
                }[] | null;
                /**
                 * @description KVM's MMU.
                 * @default tdp
                 * @enum {unknown}
                 */
                mmu?: "tdp" | "shadow";
                /**
                 * @description Pages that KVM itself writes for the first so many vCPUs, such as a vCPU's clock (gfn_to_pfn_cache); at most vm.vcpus.
                 * @default 0
                 */
                pfnCaches?: number;
                /**
                 * @description How often a vCPU leaves the guest for such a page to be written.
                 * @default 1000000
                 */
                pfnCacheUse?: number | string;
                /**
                 * @description Part of the memory that is mapped at time 0, drawn at random.
                 * @default 1
                 */
                populatedFraction?: number;
                /**
                 * @description Processes that map the memory, each with VMs; anonymous memory: one each.
                 * @default 1
                 */
                processes?: number;
                /**
                 * @description Part of the mapped pages for which KVM holds an SPTE at time 0, drawn at random.
                 * @default 1
                 */
                sptePopulatedFraction?: number;
                /**
                 * @description vCPUs of each VM, each on a CPU of its own.
                 * @default 8
                 */
                vcpus?: number;
                /**
                 * @description khugepaged-scan: part of the mapped pages that are young in the host at time 0, drawn at random; it asks KVM about the others.
                 * @default 0.1
                 */
                youngFraction?: number;
            };
        };
        SimulationSummary: {
            /** Format: date-time */
            createdAt: string;
            /** @description Why it goes on no more; null: it does. */
            ended: ("event-budget" | "time-budget" | "deadlock" | "failed" | "out-of-memory" | "died") | null;
            /** @description What ended it, in a sentence. */
            endMessage: string | null;
            /** @description Events of the engine so far. */
            events: number;
            id: string;
            /** @enum {string} */
            mapcount: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas";
            scenario: string;
            /** @enum {string} */
            scheme: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
            seed: number;
            /** @description Virtual time. */
            simTimeNs: number;
            /** @enum {string} */
            status: "paused" | "advancing" | "flowing" | "ended";
        };
        SpteEntry: {
            /** @description First frame of its folio; null where that has been freed. */
            folio: number | null;
            /** @description First frame of a leaf. */
            frame: number | null;
            gfn: number;
            /** @enum {string} */
            kind: "none" | "table" | "leaf" | "frozen";
            /** @description 1: of a page. */
            level: number;
            /** @description Pages that it stands for. */
            pages: number;
            /** @description Read-only for dirty logging alone. */
            protected: boolean;
            writable: boolean;
        };
        SpteRun: {
            /** @description False: aging has cleared the bit, and nobody has come since. */
            accessed: boolean;
            folio: number | null;
            frame: number | null;
            gfn: number;
            /** @enum {string} */
            kind: "present" | "none" | "frozen";
            /** @description In bytes. */
            length: number;
            pages: number;
            /** @description Read-only for dirty logging alone. */
            protected: boolean;
            size: ("4k" | "2m" | "1g") | null;
            /** @description Where in the memory of the process, in bytes. */
            start: number;
            writable: boolean;
        };
        /** @description Stall windows of all vCPUs in all repetitions together. */
        StallFigures: {
            count: number;
            maxNs: number;
            meanNs: number;
            p50Ns: number;
            p90Ns: number;
            p99Ns: number;
            p999Ns: number;
            totalNs: number;
        };
        StartedOperation: {
            /** @description Counts the operations of the simulation, those of its timeline first. */
            index: number;
            /** @description When it has started. */
            simTimeNs: number;
        };
        /** @description What `stallscope explore --steps` prints. */
        SteppedSchedule: {
            /** @description At its end nobody can go on. */
            atRest: boolean;
            before: components["schemas"]["WorldState"];
            /** @description All that the schedule shows, in order. */
            findings: {
                /** @enum {string} */
                class: "hazard" | "leak" | "performance" | "warning" | "outcome";
                evidence: unknown;
                kind: string;
                message: string;
            }[];
            from: number;
            /** @description Steps of all of it. */
            length: number;
            /** @description `from` of the next part; null: this was the last one. */
            next: number | null;
            preemptions: number;
            question: components["schemas"]["ExplorationQuestion"];
            schedule: number[];
            stepChecks: boolean;
            steps: components["schemas"]["SteppedStep"][];
            /** @description Names of the threads. */
            tasks: string[];
        };
        SteppedStep: {
            /** @description What it changed of what others can see. */
            effects: string[];
            /** @description Locks taken, dropped and wanted. */
            label: string;
            /** @description The task of the step before could have gone on. */
            preemption: boolean;
            /** @description What mm and KVM told in it. */
            records: components["schemas"]["StepRecord"][];
            state: components["schemas"]["WorldState"];
            /** @description Place in the schedule. */
            step: number;
            /** @description Index in `tasks`. */
            task: number;
        };
        StepRecord: {
            page: number;
            pages: number;
            /** @description 0: none. */
            section: number;
            task: string;
            /** @enum {string} */
            type: "range-start" | "range-started" | "range-end" | "collapsed" | "collapsed-handled";
        } | {
            kicked: number;
            task: string;
            /** @enum {string} */
            type: "cpu-shootdown" | "kvm-flush";
        } | {
            gfn: number;
            /** @description Of the SPTE put in place; 0: none. */
            level: number;
            /** @enum {string} */
            outcome: "fixed" | "retry" | "spurious" | "efault" | "userfault";
            /** @enum {string} */
            type: "fault";
            vcpu: number;
        } | {
            page: number;
            /** @enum {string} */
            type: "userfault-wait" | "userfault-wake";
        };
        Sweep: {
            /** Format: date-time */
            createdAt: string;
            error?: components["schemas"]["Problem"];
            finishedAt: string | null;
            id: string;
            /** @description Runs, of all points. */
            progress: {
                done: number;
                total: number;
            };
            result?: components["schemas"]["SweepResult"];
            /** @description The result was there already: an earlier request had asked the same. */
            reused: boolean;
            /** @description Name of the scenario, where there is one. */
            scenario: string | null;
            /** @description Notifier schemes that it is about. */
            schemes: string[];
            spec: components["schemas"]["SweepRequest"];
            /** @enum {string} */
            status: "queued" | "running" | "succeeded" | "failed" | "cancelled";
        };
        SweepEvent: {
            /** @description Times by cause; they add up to the length of the window. */
            causes: {
                fault?: number;
                "fault-mutex"?: number;
                "folio-lock"?: number;
                "i-mmap-lock"?: number;
                "invalidate-retry"?: number;
                "mmap-lock"?: number;
                "mmu-lock"?: number;
                "retry-sleep"?: number;
                "subtree-teardown"?: number;
                "tlb-flush"?: number;
                userfault?: number;
                "vma-lock"?: number;
            };
            endNs: number;
            /**
             * @description its mapcount scheme,
             * @enum {string}
             */
            mapcount: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas";
            /** @description The point of the grid that it is for, */
            point: number;
            /** @description and which repetition it is. */
            repetition: number;
            /**
             * @description The run that it comes from: its notifier scheme,
             * @enum {string}
             */
            scheme: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
            /** @description Counts what happened in the job. */
            seq: number;
            /** @description Simulated time. */
            simTimeNs: number;
            startNs: number;
            /** @constant */
            topic: "stall";
            /** @description Through all VMs. */
            vcpu: number;
        } | {
            /**
             * @description its mapcount scheme,
             * @enum {string}
             */
            mapcount: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas";
            /** @description The point of the grid that it is for, */
            point: number;
            /** @description and which repetition it is. */
            repetition: number;
            /**
             * @description The run that it comes from: its notifier scheme,
             * @enum {string}
             */
            scheme: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
            /** @description Counts what happened in the job. */
            seq: number;
            /** @description Simulated time. */
            simTimeNs: number;
            startNs: number;
            /**
             * @description What it did from startNs on.
             * @enum {string}
             */
            state: "running" | "halted" | "invalidate-retry" | "retry-sleep" | "mmu-lock" | "mmap-lock" | "vma-lock" | "i-mmap-lock" | "fault-mutex" | "folio-lock" | "userfault" | "fault" | "tlb-flush" | "subtree-teardown";
            /** @constant */
            topic: "vcpu";
            /** @description Through all VMs. */
            vcpu: number;
        } | {
            /**
             * @description A section opens, KVM has answered, it is closed; a collapse is told after the fact, KVM has dealt with it.
             * @enum {string}
             */
            event: "range-start" | "range-started" | "range-end" | "collapsed" | "collapsed-handled";
            length: number;
            /**
             * @description its mapcount scheme,
             * @enum {string}
             */
            mapcount: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas";
            /** @description The point of the grid that it is for, */
            point: number;
            /** @description Whose page tables change: index among vm.processes. */
            process: number;
            /** @description and which repetition it is. */
            repetition: number;
            /**
             * @description The run that it comes from: its notifier scheme,
             * @enum {string}
             */
            scheme: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
            /** @description Counts the sections of its process. */
            section: number;
            /** @description Counts what happened in the job. */
            seq: number;
            /** @description Simulated time. */
            simTimeNs: number;
            start: number;
            /** @description That changes them: `vmm0` is that of timeline.0, `vcpu3` a vCPU. */
            task: string;
            /** @constant */
            topic: "notifier";
        } | {
            /** @description Null: done, or not ended yet. */
            errno: string | null;
            /** @enum {string} */
            event: "start" | "end";
            /** @description Place in the timeline. */
            index: number;
            length: number;
            /**
             * @description its mapcount scheme,
             * @enum {string}
             */
            mapcount: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas";
            operation: string;
            /** @description The point of the grid that it is for, */
            point: number;
            /** @description Which asks for it, */
            process: number;
            /** @description and which repetition it is. */
            repetition: number;
            /**
             * @description The run that it comes from: its notifier scheme,
             * @enum {string}
             */
            scheme: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
            /** @description Counts what happened in the job. */
            seq: number;
            /** @description Simulated time. */
            simTimeNs: number;
            start: number;
            /** @description and by which of its threads. */
            task: string;
            /** @constant */
            topic: "operation";
        } | {
            gfn: number;
            /** @description More than one: rounds of the early retry check, told at once. */
            laps: number;
            /** @description Of the SPTE that was put in place; 0: none. */
            level: number;
            /**
             * @description its mapcount scheme,
             * @enum {string}
             */
            mapcount: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas";
            /** @enum {string} */
            outcome: "fixed" | "retry" | "spurious" | "efault" | "userfault";
            /** @description The point of the grid that it is for, */
            point: number;
            /** @description and which repetition it is. */
            repetition: number;
            /**
             * @description The run that it comes from: its notifier scheme,
             * @enum {string}
             */
            scheme: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
            /** @description Counts what happened in the job. */
            seq: number;
            /** @description Simulated time. */
            simTimeNs: number;
            /** @constant */
            topic: "fault";
            /** @description Through all VMs. */
            vcpu: number;
        } | {
            lock: string;
            /**
             * @description its mapcount scheme,
             * @enum {string}
             */
            mapcount: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas";
            /** @description The point of the grid that it is for, */
            point: number;
            /** @description and which repetition it is. */
            repetition: number;
            /**
             * @description The run that it comes from: its notifier scheme,
             * @enum {string}
             */
            scheme: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
            /** @description Counts what happened in the job. */
            seq: number;
            /** @description Simulated time. */
            simTimeNs: number;
            task: string;
            /** @constant */
            topic: "lock";
            waitedNs: number;
        } | {
            durationNs: number;
            /** @constant */
            event: "kvm-flush";
            /** @description CPUs that were interrupted. */
            kicked: number;
            /**
             * @description its mapcount scheme,
             * @enum {string}
             */
            mapcount: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas";
            /** @description The point of the grid that it is for, */
            point: number;
            /** @description and which repetition it is. */
            repetition: number;
            /**
             * @description The run that it comes from: its notifier scheme,
             * @enum {string}
             */
            scheme: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
            /** @description Counts what happened in the job. */
            seq: number;
            /** @description Simulated time. */
            simTimeNs: number;
            /** @description That asks for the flush and waits for it. */
            task: string;
            /** @constant */
            topic: "tlb";
            vm: number;
        } | {
            durationNs: number;
            /** @constant */
            event: "cpu-shootdown";
            /** @description CPUs that were interrupted. */
            kicked: number;
            /**
             * @description its mapcount scheme,
             * @enum {string}
             */
            mapcount: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas";
            /** @description The point of the grid that it is for, */
            point: number;
            /** @description Whose page tables change: index among vm.processes. */
            process: number;
            /** @description and which repetition it is. */
            repetition: number;
            /**
             * @description The run that it comes from: its notifier scheme,
             * @enum {string}
             */
            scheme: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
            /** @description Counts what happened in the job. */
            seq: number;
            /** @description Simulated time. */
            simTimeNs: number;
            /** @description That asks for the flush and waits for it. */
            task: string;
            /** @constant */
            topic: "tlb";
        } | {
            /** @description As userspace is told it. */
            address: number;
            /** @enum {string} */
            event: "wait" | "wake";
            /**
             * @description its mapcount scheme,
             * @enum {string}
             */
            mapcount: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas";
            /** @description The point of the grid that it is for, */
            point: number;
            /** @description and which repetition it is. */
            repetition: number;
            /**
             * @description The run that it comes from: its notifier scheme,
             * @enum {string}
             */
            scheme: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
            /** @description Counts what happened in the job. */
            seq: number;
            /** @description Simulated time. */
            simTimeNs: number;
            /** @constant */
            topic: "userfault";
            /** @description Through all VMs. */
            vcpu: number;
        } | {
            /** @description Operations that have ended. */
            done: number;
            /** @description Events of the engine so far. */
            events: number;
            /**
             * @description its mapcount scheme,
             * @enum {string}
             */
            mapcount: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas";
            /** @description The point of the grid that it is for, */
            point: number;
            /** @description and which repetition it is. */
            repetition: number;
            /**
             * @description The run that it comes from: its notifier scheme,
             * @enum {string}
             */
            scheme: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
            /** @description Counts what happened in the job. */
            seq: number;
            /** @description Simulated time. */
            simTimeNs: number;
            /** @constant */
            topic: "progress";
            /** @description Operations of the timeline. */
            total: number;
        } | {
            finding: components["schemas"]["RunFinding"];
            /**
             * @description its mapcount scheme,
             * @enum {string}
             */
            mapcount: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas";
            /** @description The point of the grid that it is for, */
            point: number;
            /** @description and which repetition it is. */
            repetition: number;
            /**
             * @description The run that it comes from: its notifier scheme,
             * @enum {string}
             */
            scheme: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
            /** @description Counts what happened in the job. */
            seq: number;
            /** @description Simulated time. */
            simTimeNs: number;
            /** @constant */
            topic: "finding";
        } | {
            /**
             * @description its mapcount scheme,
             * @enum {string}
             */
            mapcount: "subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas";
            /** @description The point of the grid that it is for, */
            point: number;
            /** @description and which repetition it is. */
            repetition: number;
            /** @description This run has ended; so many have. */
            runs: {
                done: number;
                total: number;
            };
            /**
             * @description The run that it comes from: its notifier scheme,
             * @enum {string}
             */
            scheme: "range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none";
            /** @description Counts what happened in the job. */
            seq: number;
            simTimeNs: number;
            /** @constant */
            topic: "progress";
        };
        SweepList: {
            items: components["schemas"]["SweepSummary"][];
            /** @description Null: this was the last page. */
            nextCursor: string | null;
        };
        SweepPointResult: {
            paired: components["schemas"]["PairedResult"][];
            profile: string;
            repetitions: number;
            scenario: string;
            schemes: (Record<string, never> & {
                histogram?: string;
            })[];
            seed: number;
            /** @constant */
            source: "simulation";
        };
        /** @description A comparison at every point of a grid, with the same seeds. */
        SweepRequest: {
            /** @description Fields of the scenario by path, each with the values that it takes, such as {"vm.vcpus": [4, 8, 16]}. */
            grid: {
                [key: string]: (string | number | boolean | null)[];
            };
            /**
             * @description Whether each scheme at each point has its histogram of stall windows.
             * @default false
             */
            histograms?: boolean;
            /** @description Mapcount schemes, each once. Absent: that of the scenario. */
            mapcounts?: ("subpage" | "head-per-pte" | "hstate-entry" | "hstate-special" | "folio-pairs" | "folio-vmas")[];
            /**
             * @description Changes of the scenario by path, such as {"vm.vcpus": 16}.
             * @default {}
             */
            overrides?: {
                [key: string]: unknown;
            };
            /**
             * @description Runs of each scheme; repetition r has the seed seed + r.
             * @default 3
             */
            repetitions?: number;
            /** @description Name of a scenario in the library, or a document. */
            scenario: string | components["schemas"]["Scenario"];
            /** @description Notifier schemes, each once. The baseline is range, or the first where range is not among them. Absent: all that the scenario can be run under. */
            schemes?: ("range" | "range-chunked" | "narrow" | "post-collapse/zap" | "post-collapse/cut" | "post-collapse/promote" | "none")[];
            /**
             * @description Seed of the first repetition.
             * @default 1
             */
            seed?: number;
        };
        /** @description What `stallscope sweep --json` prints. */
        SweepResult: {
            axes: {
                path: string;
                values: (string | number | boolean | null)[];
            }[];
            /** @description All combinations, the last axis fastest. */
            points: {
                /** @description The value on each axis, by path. */
                at: {
                    [key: string]: string | number | boolean | null;
                };
                result: components["schemas"]["SweepPointResult"];
            }[];
            repetitions: number;
            scenario: string;
            seed: number;
            /** @constant */
            source: "simulation";
        };
        SweepSummary: {
            /** Format: date-time */
            createdAt: string;
            finishedAt: string | null;
            id: string;
            /** @description Runs, of all points. */
            progress: {
                done: number;
                total: number;
            };
            /** @description The result was there already: an earlier request had asked the same. */
            reused: boolean;
            /** @description Name of the scenario, where there is one. */
            scenario: string | null;
            /** @description Notifier schemes that it is about. */
            schemes: string[];
            /** @enum {string} */
            status: "queued" | "running" | "succeeded" | "failed" | "cancelled";
        };
        WorldState: {
            /** @description Pages in the dirty log; null: nobody logs. */
            dirty: number[] | null;
            folios: components["schemas"]["LiveFolio"][];
            invalidation: {
                /** @description mn_active_invalidate_count. */
                active: number;
                /** @description mmu_invalidate_in_progress. */
                inProgress: number;
                /** @description mmu_invalidate_seq. */
                sequence: number;
            };
            /** @description What somebody holds or waits for. */
            locks: {
                holders: {
                    /** @enum {string} */
                    mode: "read" | "write";
                    /** @description Index in `tasks`. */
                    task: number;
                }[];
                /** @description What it belongs to, such as `process 0`. */
                instance: string | null;
                lockClass: string;
                waiters: number[];
            }[];
            /** @description Entries of the page tables of the host, large ones first. */
            primary: components["schemas"]["PrimaryEntry"][];
            /** @description SPTEs, large ones first. */
            secondary: components["schemas"]["SpteEntry"][];
            tasks: {
                /** @enum {string} */
                state: "ready" | "waits" | "ended";
                waitsFor: string | null;
            }[];
            /** @description Of each vCPU: translations that it may go by still. */
            tlbs: {
                frame: number;
                gfn: number;
                writable: boolean;
            }[][];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getHealthz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The process answers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "ok";
                    };
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getReadyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The service takes work. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "ok";
                    };
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description STOPPING: The service is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "STOPPING";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getCatalog: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Each section lists what may be named there. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Catalog"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getCatalogMapcounts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What each consumer of the mapcount makes of a huge page in 4K leaves, by mapcount scheme. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MapcountTable"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description WORKER_DIED: The thread of a run died. INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "WORKER_DIED" | "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description STOPPING: The service is stopping. OVERLOADED: The service has more to do than it can. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "STOPPING" | "OVERLOADED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getCatalogMatrix: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What `stallscope explore --matrix --json` prints. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Matrix"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    listComparisons: {
        parameters: {
            query?: {
                /** @description nextCursor of the page before. */
                cursor?: string;
                /** @description Entries of a page. */
                limit?: number;
                /** @description Stands in the name of the scenario, in a scheme or in the request, in any case of letters. */
                q?: string;
                /** @description Name of the scenario. */
                scenario?: string;
                /** @description One of its notifier schemes. */
                scheme?: string;
                /** @description Created at this time or later. */
                since?: string;
                /** @description Only those that are so. */
                status?: "queued" | "running" | "succeeded" | "failed" | "cancelled";
                /** @description Created before this time. */
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Lists comparisons, newest first, and finds them again. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ComparisonList"];
                };
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. STORE_FAILED: The store of the service does not work. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED" | "STORE_FAILED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    createComparison: {
        parameters: {
            query?: {
                /** @description Compute it even if there is a result for the same request. */
                fresh?: boolean;
            };
            header?: {
                /** @description The same key with the same body gets the first answer again; with another body it is refused. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description One scenario under several schemes, with the same seeds. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["ComparisonRequest"];
            };
        };
        responses: {
            /** @description Starts a comparison. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AcceptedJob"];
                };
            };
            /** @description BODY_MALFORMED: The body is not valid JSON. REQUEST_INVALID: The request does not have the shape that this call takes. BODY_TOO_DEEP: The body is nested deeper than this service takes. BODY_KEY_FORBIDDEN: The body has a key that no object may have. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "BODY_MALFORMED" | "REQUEST_INVALID" | "BODY_TOO_DEEP" | "BODY_KEY_FORBIDDEN";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than this service takes. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "BODY_TOO_LARGE";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description MEDIA_TYPE_UNSUPPORTED: The body has to be application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "MEDIA_TYPE_UNSUPPORTED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_KEY_REUSED: This Idempotency-Key came before with another body. COMPARISON_INVALID: The comparison cannot be run as it was asked for. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "IDEMPOTENCY_KEY_REUSED" | "COMPARISON_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_COMPARISONS: As many comparisons are unfinished as this service takes. RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "TOO_MANY_COMPARISONS" | "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description STORE_FAILED: The store of the service does not work. OVERLOADED: The service has more to do than it can. STOPPING: The service is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "STORE_FAILED" | "OVERLOADED" | "STOPPING";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description STORE_FULL: The store of the service has no room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "STORE_FULL";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getComparison: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How far a comparison is, and its result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Comparison"];
                };
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. STORE_FAILED: The store of the service does not work. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED" | "STORE_FAILED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteComparison: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Cancels a comparison that is queued or running; deletes one that has finished. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AcceptedJob"];
                };
            };
            /** @description Deleted. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. BODY_MALFORMED: The body is not valid JSON. BODY_TOO_DEEP: The body is nested deeper than this service takes. BODY_KEY_FORBIDDEN: The body has a key that no object may have. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID" | "BODY_MALFORMED" | "BODY_TOO_DEEP" | "BODY_KEY_FORBIDDEN";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than this service takes. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "BODY_TOO_LARGE";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description MEDIA_TYPE_UNSUPPORTED: The body has to be application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "MEDIA_TYPE_UNSUPPORTED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description STORE_FAILED: The store of the service does not work. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "STORE_FAILED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description STORE_FULL: The store of the service has no room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "STORE_FULL";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getComparisonEvents: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description UPGRADE_REQUIRED: This address speaks WebSocket only. */
            426: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "UPGRADE_REQUIRED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_SUBSCRIBERS: As many streams are open as this service takes. RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "TOO_MANY_SUBSCRIBERS" | "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. STORE_FAILED: The store of the service does not work. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED" | "STORE_FAILED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getComparisonResult: {
        parameters: {
            query?: {
                /** @description How the result is written. */
                format?: "json" | "csv" | "parquet";
            };
            header?: never;
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ComparisonResult"];
                    "application/vnd.apache.parquet": string;
                    "text/csv": string;
                };
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RESULT_MISSING: It has no result. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RESULT_MISSING";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. STORE_FAILED: The store of the service does not work. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED" | "STORE_FAILED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getComparisonStream: {
        parameters: {
            query?: {
                /** @description Send what comes after this number. Default: everything that is kept. */
                sinceSeq?: number;
                /** @description Separated by commas, of stall, vcpu, notifier, operation, fault, lock, tlb, userfault, finding, progress. Default: all. */
                topics?: string;
            };
            header?: {
                /** @description As sinceSeq, and before it: what a browser sends by itself. */
                "last-event-id"?: string;
            };
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Until it ends. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description The client has seen the end. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_SUBSCRIBERS: As many streams are open as this service takes. RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "TOO_MANY_SUBSCRIBERS" | "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. STORE_FAILED: The store of the service does not work. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED" | "STORE_FAILED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getComparisonTrace: {
        parameters: {
            query?: {
                /** @description Mapcount scheme. Absent: the first. */
                mapcount?: string;
                /** @description Records of the run that the trace has at most: the first ones. A stall takes some ten of them. */
                records?: number;
                /** @description Counts from 0; its seed is seed + repetition. */
                repetition?: number;
                /** @description Notifier scheme. Absent: the first. */
                scheme?: string;
            };
            header?: never;
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The trace, in the JSON format of Chrome. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChromeTrace"];
                };
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description COMPARISON_INVALID: The comparison cannot be run as it was asked for. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "COMPARISON_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_TRACES: As many traces are being made as this service makes at once. RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "TOO_MANY_TRACES" | "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RUN_FAILED: The model stopped a run with an error. WORKER_DIED: The thread of a run died. INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RUN_FAILED" | "WORKER_DIED" | "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description STOPPING: The service is stopping. OVERLOADED: The service has more to do than it can. STORE_FAILED: The store of the service does not work. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "STOPPING" | "OVERLOADED" | "STORE_FAILED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    listExplorations: {
        parameters: {
            query?: {
                /** @description nextCursor of the page before. */
                cursor?: string;
                /** @description Entries of a page. */
                limit?: number;
                /** @description Stands in the name of the scenario, in a scheme or in the request, in any case of letters. */
                q?: string;
                /** @description Name of the scenario. */
                scenario?: string;
                /** @description One of its notifier schemes. */
                scheme?: string;
                /** @description Created at this time or later. */
                since?: string;
                /** @description Only those that are so. */
                status?: "queued" | "running" | "succeeded" | "failed" | "cancelled";
                /** @description Created before this time. */
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Lists explorations, newest first, and finds them again. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExplorationList"];
                };
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. STORE_FAILED: The store of the service does not work. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED" | "STORE_FAILED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    createExploration: {
        parameters: {
            query?: {
                /** @description Compute it even if there is a result for the same request. */
                fresh?: boolean;
            };
            header?: {
                /** @description The same key with the same body gets the first answer again; with another body it is refused. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description Operations, a guest and a small memory, and how to search their interleavings. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExplorationRequest"];
            };
        };
        responses: {
            /** @description Starts an exploration of all interleavings of a small case. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AcceptedJob"];
                };
            };
            /** @description BODY_MALFORMED: The body is not valid JSON. REQUEST_INVALID: The request does not have the shape that this call takes. BODY_TOO_DEEP: The body is nested deeper than this service takes. BODY_KEY_FORBIDDEN: The body has a key that no object may have. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "BODY_MALFORMED" | "REQUEST_INVALID" | "BODY_TOO_DEEP" | "BODY_KEY_FORBIDDEN";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than this service takes. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "BODY_TOO_LARGE";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description MEDIA_TYPE_UNSUPPORTED: The body has to be application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "MEDIA_TYPE_UNSUPPORTED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_KEY_REUSED: This Idempotency-Key came before with another body. EXPLORATION_INVALID: The exploration cannot be made as it was asked for. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "IDEMPOTENCY_KEY_REUSED" | "EXPLORATION_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_EXPLORATIONS: As many explorations are unfinished as this service takes. RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "TOO_MANY_EXPLORATIONS" | "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description STORE_FAILED: The store of the service does not work. OVERLOADED: The service has more to do than it can. STOPPING: The service is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "STORE_FAILED" | "OVERLOADED" | "STOPPING";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description STORE_FULL: The store of the service has no room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "STORE_FULL";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getExploration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How far an exploration is, and its result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Exploration"];
                };
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. STORE_FAILED: The store of the service does not work. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED" | "STORE_FAILED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteExploration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Cancels an exploration that is queued or running; deletes one that has finished. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AcceptedJob"];
                };
            };
            /** @description Deleted. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. BODY_MALFORMED: The body is not valid JSON. BODY_TOO_DEEP: The body is nested deeper than this service takes. BODY_KEY_FORBIDDEN: The body has a key that no object may have. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID" | "BODY_MALFORMED" | "BODY_TOO_DEEP" | "BODY_KEY_FORBIDDEN";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than this service takes. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "BODY_TOO_LARGE";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description MEDIA_TYPE_UNSUPPORTED: The body has to be application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "MEDIA_TYPE_UNSUPPORTED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description STORE_FAILED: The store of the service does not work. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "STORE_FAILED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description STORE_FULL: The store of the service has no room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "STORE_FULL";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getExplorationEvents: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description UPGRADE_REQUIRED: This address speaks WebSocket only. */
            426: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "UPGRADE_REQUIRED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_SUBSCRIBERS: As many streams are open as this service takes. RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "TOO_MANY_SUBSCRIBERS" | "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. STORE_FAILED: The store of the service does not work. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED" | "STORE_FAILED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getExplorationResult: {
        parameters: {
            query?: {
                /** @description How the result is written. */
                format?: "json" | "csv" | "parquet";
            };
            header?: never;
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExplorationResult"];
                    "application/vnd.apache.parquet": string;
                    "text/csv": string;
                };
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RESULT_MISSING: It has no result. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RESULT_MISSING";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. STORE_FAILED: The store of the service does not work. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED" | "STORE_FAILED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getExplorationSteps: {
        parameters: {
            query?: {
                /** @description Kind of the finding. Absent: that of the verdict, else the first. */
                finding?: string;
                /** @description `next` of the part before. */
                from?: number;
                /** @description Steps of a part. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What `stallscope explore --steps` prints. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SteppedSchedule"];
                };
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RESULT_MISSING: It has no result. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RESULT_MISSING";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RUN_FAILED: The model stopped a run with an error. WORKER_DIED: The thread of a run died. INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RUN_FAILED" | "WORKER_DIED" | "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description STOPPING: The service is stopping. OVERLOADED: The service has more to do than it can. STORE_FAILED: The store of the service does not work. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "STOPPING" | "OVERLOADED" | "STORE_FAILED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getExplorationStream: {
        parameters: {
            query?: {
                /** @description Send what comes after this number. Default: everything that is kept. */
                sinceSeq?: number;
                /** @description Separated by commas, of stall, vcpu, notifier, operation, fault, lock, tlb, userfault, finding, progress. Default: all. */
                topics?: string;
            };
            header?: {
                /** @description As sinceSeq, and before it: what a browser sends by itself. */
                "last-event-id"?: string;
            };
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Until it ends. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description The client has seen the end. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_SUBSCRIBERS: As many streams are open as this service takes. RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "TOO_MANY_SUBSCRIBERS" | "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. STORE_FAILED: The store of the service does not work. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED" | "STORE_FAILED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getExplorationTrace: {
        parameters: {
            query?: {
                /** @description Kind of the finding. Absent: that of the verdict, else the first. */
                finding?: string;
            };
            header?: never;
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The trace. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChromeTrace"];
                };
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RESULT_MISSING: It has no result. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RESULT_MISSING";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. STORE_FAILED: The store of the service does not work. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED" | "STORE_FAILED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getHistory: {
        parameters: {
            query?: {
                /** @description nextCursor of the page before. */
                cursor?: string;
                /** @description Entries of a page. */
                limit?: number;
                /** @description Stands in the name of the scenario, in a scheme or in the request, in any case of letters. */
                q?: string;
                /** @description Name of the scenario. */
                scenario?: string;
                /** @description One of its notifier schemes. */
                scheme?: string;
                /** @description Created at this time or later. */
                since?: string;
                /** @description Only those that are so. */
                status?: "queued" | "running" | "succeeded" | "failed" | "cancelled";
                /** @description Created before this time. */
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Lists comparisons, explorations and measurements together, newest first, and finds them again. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["History"];
                };
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. STORE_FAILED: The store of the service does not work. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED" | "STORE_FAILED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    listMeasurements: {
        parameters: {
            query?: {
                /** @description nextCursor of the page before. */
                cursor?: string;
                /** @description Entries of a page. */
                limit?: number;
                /** @description Stands in the name of the scenario, in a scheme or in the request, in any case of letters. */
                q?: string;
                /** @description Name of the scenario. */
                scenario?: string;
                /** @description One of its notifier schemes. */
                scheme?: string;
                /** @description Created at this time or later. */
                since?: string;
                /** @description Only those that are so. */
                status?: "queued" | "running" | "succeeded" | "failed" | "cancelled";
                /** @description Created before this time. */
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Lists measurements, newest first, and finds them again. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeasurementList"];
                };
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. STORE_FAILED: The store of the service does not work. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED" | "STORE_FAILED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    createMeasurement: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same body gets the first answer again; with another body it is refused. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description An operation of the host, under a guest on its own KVM. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["MeasurementRequest"];
            };
        };
        responses: {
            /** @description Starts a measurement on this host's own KVM. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AcceptedJob"];
                };
            };
            /** @description BODY_MALFORMED: The body is not valid JSON. REQUEST_INVALID: The request does not have the shape that this call takes. BODY_TOO_DEEP: The body is nested deeper than this service takes. BODY_KEY_FORBIDDEN: The body has a key that no object may have. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "BODY_MALFORMED" | "REQUEST_INVALID" | "BODY_TOO_DEEP" | "BODY_KEY_FORBIDDEN";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than this service takes. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "BODY_TOO_LARGE";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description MEDIA_TYPE_UNSUPPORTED: The body has to be application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "MEDIA_TYPE_UNSUPPORTED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_KEY_REUSED: This Idempotency-Key came before with another body. MEASUREMENT_INVALID: The measurement cannot be made as it was asked for. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "IDEMPOTENCY_KEY_REUSED" | "MEASUREMENT_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_MEASUREMENTS: As many measurements are unfinished as this service takes. RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "TOO_MANY_MEASUREMENTS" | "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description STORE_FAILED: The store of the service does not work. HOST_CANNOT_MEASURE: This host cannot measure. OVERLOADED: The service has more to do than it can. STOPPING: The service is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "STORE_FAILED" | "HOST_CANNOT_MEASURE" | "OVERLOADED" | "STOPPING";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description STORE_FULL: The store of the service has no room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "STORE_FULL";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getMeasurement: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How far a measurement is, and its result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Measurement"];
                };
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. STORE_FAILED: The store of the service does not work. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED" | "STORE_FAILED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteMeasurement: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Cancels a measurement that is queued or running; deletes one that has finished. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AcceptedJob"];
                };
            };
            /** @description Deleted. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. BODY_MALFORMED: The body is not valid JSON. BODY_TOO_DEEP: The body is nested deeper than this service takes. BODY_KEY_FORBIDDEN: The body has a key that no object may have. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID" | "BODY_MALFORMED" | "BODY_TOO_DEEP" | "BODY_KEY_FORBIDDEN";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than this service takes. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "BODY_TOO_LARGE";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description MEDIA_TYPE_UNSUPPORTED: The body has to be application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "MEDIA_TYPE_UNSUPPORTED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description STORE_FAILED: The store of the service does not work. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "STORE_FAILED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description STORE_FULL: The store of the service has no room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "STORE_FULL";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getMeasurementEvents: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description UPGRADE_REQUIRED: This address speaks WebSocket only. */
            426: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "UPGRADE_REQUIRED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_SUBSCRIBERS: As many streams are open as this service takes. RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "TOO_MANY_SUBSCRIBERS" | "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. STORE_FAILED: The store of the service does not work. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED" | "STORE_FAILED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getMeasurementResult: {
        parameters: {
            query?: {
                /** @description How the result is written. */
                format?: "json" | "csv" | "parquet";
            };
            header?: never;
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeasurementResult"];
                    "application/vnd.apache.parquet": string;
                    "text/csv": string;
                };
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RESULT_MISSING: It has no result. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RESULT_MISSING";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. STORE_FAILED: The store of the service does not work. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED" | "STORE_FAILED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getMeasurementStream: {
        parameters: {
            query?: {
                /** @description Send what comes after this number. Default: everything that is kept. */
                sinceSeq?: number;
                /** @description Separated by commas, of stall, vcpu, notifier, operation, fault, lock, tlb, userfault, finding, progress. Default: all. */
                topics?: string;
            };
            header?: {
                /** @description As sinceSeq, and before it: what a browser sends by itself. */
                "last-event-id"?: string;
            };
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Until it ends. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description The client has seen the end. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_SUBSCRIBERS: As many streams are open as this service takes. RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "TOO_MANY_SUBSCRIBERS" | "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. STORE_FAILED: The store of the service does not work. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED" | "STORE_FAILED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    listProfiles: {
        parameters: {
            query?: {
                /** @description nextCursor of the page before. */
                cursor?: string;
                /** @description Entries of a page. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Lists the profiles by name. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LibraryList"];
                };
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    createProfile: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same body gets the first answer again; with another body it is refused. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description What each step of the model costs. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["CostProfile"];
            };
        };
        responses: {
            /** @description What each step of the model costs. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CostProfile"];
                };
            };
            /** @description BODY_MALFORMED: The body is not valid JSON. REQUEST_INVALID: The request does not have the shape that this call takes. BODY_TOO_DEEP: The body is nested deeper than this service takes. BODY_KEY_FORBIDDEN: The body has a key that no object may have. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "BODY_MALFORMED" | "REQUEST_INVALID" | "BODY_TOO_DEEP" | "BODY_KEY_FORBIDDEN";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NAME_TAKEN: The library has an entry of this name already. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NAME_TAKEN";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than this service takes. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "BODY_TOO_LARGE";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description MEDIA_TYPE_UNSUPPORTED: The body has to be application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "MEDIA_TYPE_UNSUPPORTED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description PROFILE_INVALID: The cost profile cannot be used as it is. IDEMPOTENCY_KEY_REUSED: This Idempotency-Key came before with another body. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "PROFILE_INVALID" | "IDEMPOTENCY_KEY_REUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description STORE_FAILED: The store of the service does not work. OVERLOADED: The service has more to do than it can. STOPPING: The service is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "STORE_FAILED" | "OVERLOADED" | "STOPPING";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description LIBRARY_FULL: The library holds as many added entries as this service takes. STORE_FULL: The store of the service has no room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "LIBRARY_FULL" | "STORE_FULL";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getProfile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the list gives it. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What each step of the model costs. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CostProfile"];
                };
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    listScenarios: {
        parameters: {
            query?: {
                /** @description nextCursor of the page before. */
                cursor?: string;
                /** @description Entries of a page. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Lists the scenarios by name. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LibraryList"];
                };
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    createScenario: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same body gets the first answer again; with another body it is refused. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description A host, a VM, what its guest does, and the operations in between. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["Scenario"];
            };
        };
        responses: {
            /** @description A host, a VM, what its guest does, and the operations in between. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Scenario"];
                };
            };
            /** @description BODY_MALFORMED: The body is not valid JSON. REQUEST_INVALID: The request does not have the shape that this call takes. BODY_TOO_DEEP: The body is nested deeper than this service takes. BODY_KEY_FORBIDDEN: The body has a key that no object may have. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "BODY_MALFORMED" | "REQUEST_INVALID" | "BODY_TOO_DEEP" | "BODY_KEY_FORBIDDEN";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NAME_TAKEN: The library has an entry of this name already. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NAME_TAKEN";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than this service takes. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "BODY_TOO_LARGE";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description MEDIA_TYPE_UNSUPPORTED: The body has to be application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "MEDIA_TYPE_UNSUPPORTED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description SCENARIO_INVALID: The scenario cannot be run as it is. IDEMPOTENCY_KEY_REUSED: This Idempotency-Key came before with another body. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "SCENARIO_INVALID" | "IDEMPOTENCY_KEY_REUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description STORE_FAILED: The store of the service does not work. OVERLOADED: The service has more to do than it can. STOPPING: The service is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "STORE_FAILED" | "OVERLOADED" | "STOPPING";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description LIBRARY_FULL: The library holds as many added entries as this service takes. STORE_FULL: The store of the service has no room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "LIBRARY_FULL" | "STORE_FULL";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getScenario: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the list gives it. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A host, a VM, what its guest does, and the operations in between. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Scenario"];
                };
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    listSimulations: {
        parameters: {
            query?: {
                /** @description nextCursor of the page before. */
                cursor?: string;
                /** @description Entries of a page. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Lists live simulations, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SimulationList"];
                };
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    createSimulation: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same body gets the first answer again; with another body it is refused. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description A live simulation: a scenario, or the parts of one, and the scheme that it runs under. The timeline may be empty. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["SimulationRequest"];
            };
        };
        responses: {
            /** @description Makes a live simulation, at virtual time 0. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Simulation"];
                };
            };
            /** @description BODY_MALFORMED: The body is not valid JSON. REQUEST_INVALID: The request does not have the shape that this call takes. BODY_TOO_DEEP: The body is nested deeper than this service takes. BODY_KEY_FORBIDDEN: The body has a key that no object may have. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "BODY_MALFORMED" | "REQUEST_INVALID" | "BODY_TOO_DEEP" | "BODY_KEY_FORBIDDEN";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than this service takes. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "BODY_TOO_LARGE";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description MEDIA_TYPE_UNSUPPORTED: The body has to be application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "MEDIA_TYPE_UNSUPPORTED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_KEY_REUSED: This Idempotency-Key came before with another body. SIMULATION_INVALID: The simulation cannot be made or driven as it was asked for. SIMULATION_TOO_LARGE: The simulation needs more memory than one may have. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "IDEMPOTENCY_KEY_REUSED" | "SIMULATION_INVALID" | "SIMULATION_TOO_LARGE";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_SIMULATIONS: There are as many simulations as this service takes. RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "TOO_MANY_SIMULATIONS" | "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RUN_FAILED: The model stopped a run with an error. WORKER_DIED: The thread of a run died. INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RUN_FAILED" | "WORKER_DIED" | "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. STOPPING: The service is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED" | "STOPPING";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getSimulation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How a live simulation stands. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Simulation"];
                };
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteSimulation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. BODY_MALFORMED: The body is not valid JSON. BODY_TOO_DEEP: The body is nested deeper than this service takes. BODY_KEY_FORBIDDEN: The body has a key that no object may have. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID" | "BODY_MALFORMED" | "BODY_TOO_DEEP" | "BODY_KEY_FORBIDDEN";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than this service takes. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "BODY_TOO_LARGE";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description MEDIA_TYPE_UNSUPPORTED: The body has to be application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "MEDIA_TYPE_UNSUPPORTED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    postSimulationAdvance: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same body gets the first answer again; with another body it is refused. */
                "idempotency-key"?: string;
            };
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        /** @description How far a simulation is to go: by a time, or until something is so. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["SimulationAdvance"];
            };
        };
        responses: {
            /** @description The outcome, and the state as GET has it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdvancedSimulation"];
                };
            };
            /** @description The outcome, and the state as GET has it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdvancedSimulation"];
                };
            };
            /** @description BODY_MALFORMED: The body is not valid JSON. REQUEST_INVALID: The request does not have the shape that this call takes. BODY_TOO_DEEP: The body is nested deeper than this service takes. BODY_KEY_FORBIDDEN: The body has a key that no object may have. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "BODY_MALFORMED" | "REQUEST_INVALID" | "BODY_TOO_DEEP" | "BODY_KEY_FORBIDDEN";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description SIMULATION_BUSY: The simulation is advancing, or its time flows. SIMULATION_ENDED: The simulation has ended. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "SIMULATION_BUSY" | "SIMULATION_ENDED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than this service takes. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "BODY_TOO_LARGE";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description MEDIA_TYPE_UNSUPPORTED: The body has to be application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "MEDIA_TYPE_UNSUPPORTED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_KEY_REUSED: This Idempotency-Key came before with another body. SIMULATION_INVALID: The simulation cannot be made or driven as it was asked for. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "IDEMPOTENCY_KEY_REUSED" | "SIMULATION_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. STOPPING: The service is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED" | "STOPPING";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getSimulationEvents: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description UPGRADE_REQUIRED: This address speaks WebSocket only. */
            426: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "UPGRADE_REQUIRED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_SUBSCRIBERS: As many streams are open as this service takes. RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "TOO_MANY_SUBSCRIBERS" | "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    listSimulationFolios: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                from?: number;
                /** @description Entries of a page. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its folios, in order of their frames. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LiveFolioList"];
                };
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description SIMULATION_ENDED: The simulation has ended. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "SIMULATION_ENDED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getSimulationFolio: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the POST gave it. */
                id: string;
                /** @description Number of one of its frames. */
                index: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The folio of a frame, with its counts under the mapcount scheme. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LiveFolio"];
                };
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description SIMULATION_ENDED: The simulation has ended. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "SIMULATION_ENDED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getSimulationLocks: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Locks that somebody holds or waits for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LiveLocks"];
                };
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description SIMULATION_ENDED: The simulation has ended. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "SIMULATION_ENDED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getSimulationMappings: {
        parameters: {
            query: {
                /** @description As start. */
                length: string;
                /** @description Entries of a page. */
                limit?: number;
                /** @description Index of the process. Absent: 0. */
                process?: number;
                /** @description Offset in the memory: bytes, or "2MiB". */
                start?: string;
                /** @description Absent: all VMs of the process. */
                vm?: number;
            };
            header?: never;
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What a process and KVM map, run-length coded. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LiveMappings"];
                };
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description SIMULATION_ENDED: The simulation has ended. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "SIMULATION_ENDED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getSimulationOperations: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                from?: number;
                /** @description Entries of a page. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its operations, those of the timeline first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LiveOperationList"];
                };
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description SIMULATION_ENDED: The simulation has ended. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "SIMULATION_ENDED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    postSimulationOperations: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same body gets the first answer again; with another body it is refused. */
                "idempotency-key"?: string;
            };
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        /** @description An operation that starts now. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["SimulationOperation"];
            };
        };
        responses: {
            /** @description Starts an operation at the present virtual time, in a thread of its own. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StartedOperation"];
                };
            };
            /** @description BODY_MALFORMED: The body is not valid JSON. REQUEST_INVALID: The request does not have the shape that this call takes. BODY_TOO_DEEP: The body is nested deeper than this service takes. BODY_KEY_FORBIDDEN: The body has a key that no object may have. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "BODY_MALFORMED" | "REQUEST_INVALID" | "BODY_TOO_DEEP" | "BODY_KEY_FORBIDDEN";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description SIMULATION_ENDED: The simulation has ended. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "SIMULATION_ENDED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than this service takes. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "BODY_TOO_LARGE";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description MEDIA_TYPE_UNSUPPORTED: The body has to be application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "MEDIA_TYPE_UNSUPPORTED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_KEY_REUSED: This Idempotency-Key came before with another body. SIMULATION_INVALID: The simulation cannot be made or driven as it was asked for. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "IDEMPOTENCY_KEY_REUSED" | "SIMULATION_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. STOPPING: The service is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED" | "STOPPING";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    postSimulationPace: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same body gets the first answer again; with another body it is refused. */
                "idempotency-key"?: string;
            };
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SimulationPace"];
            };
        };
        responses: {
            /** @description Lets virtual time flow, at a ratio to real time; 0 pauses. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Simulation"];
                };
            };
            /** @description BODY_MALFORMED: The body is not valid JSON. REQUEST_INVALID: The request does not have the shape that this call takes. BODY_TOO_DEEP: The body is nested deeper than this service takes. BODY_KEY_FORBIDDEN: The body has a key that no object may have. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "BODY_MALFORMED" | "REQUEST_INVALID" | "BODY_TOO_DEEP" | "BODY_KEY_FORBIDDEN";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description SIMULATION_BUSY: The simulation is advancing, or its time flows. SIMULATION_ENDED: The simulation has ended. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "SIMULATION_BUSY" | "SIMULATION_ENDED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than this service takes. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "BODY_TOO_LARGE";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description MEDIA_TYPE_UNSUPPORTED: The body has to be application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "MEDIA_TYPE_UNSUPPORTED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_KEY_REUSED: This Idempotency-Key came before with another body. SIMULATION_INVALID: The simulation cannot be made or driven as it was asked for. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "IDEMPOTENCY_KEY_REUSED" | "SIMULATION_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. STOPPING: The service is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED" | "STOPPING";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    postSimulationPause: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ends an advance and a flow: time stands. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Simulation"];
                };
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. BODY_MALFORMED: The body is not valid JSON. BODY_TOO_DEEP: The body is nested deeper than this service takes. BODY_KEY_FORBIDDEN: The body has a key that no object may have. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID" | "BODY_MALFORMED" | "BODY_TOO_DEEP" | "BODY_KEY_FORBIDDEN";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description SIMULATION_ENDED: The simulation has ended. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "SIMULATION_ENDED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than this service takes. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "BODY_TOO_LARGE";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description MEDIA_TYPE_UNSUPPORTED: The body has to be application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "MEDIA_TYPE_UNSUPPORTED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. STOPPING: The service is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED" | "STOPPING";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getSimulationStalls: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                from?: number;
                /** @description Entries of a page. */
                limit?: number;
                /** @description Only those of this vCPU. */
                vcpu?: number;
            };
            header?: never;
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Closed stall windows, and those that are open now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LiveStalls"];
                };
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description SIMULATION_ENDED: The simulation has ended. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "SIMULATION_ENDED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getSimulationStream: {
        parameters: {
            query?: {
                /** @description Send what comes after this number. Default: everything that is kept. */
                sinceSeq?: number;
                /** @description Separated by commas, of stall, vcpu, notifier, operation, fault, lock, tlb, userfault, finding, progress. Default: all. */
                topics?: string;
            };
            header?: {
                /** @description As sinceSeq, and before it: what a browser sends by itself. */
                "last-event-id"?: string;
            };
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Until it ends. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description The client has seen the end. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_SUBSCRIBERS: As many streams are open as this service takes. RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "TOO_MANY_SUBSCRIBERS" | "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getSimulationTrace: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The trace. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChromeTrace"];
                };
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_RECORDED: The simulation keeps no records for a trace. SIMULATION_ENDED: The simulation has ended. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_RECORDED" | "SIMULATION_ENDED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    listSweeps: {
        parameters: {
            query?: {
                /** @description nextCursor of the page before. */
                cursor?: string;
                /** @description Entries of a page. */
                limit?: number;
                /** @description Stands in the name of the scenario, in a scheme or in the request, in any case of letters. */
                q?: string;
                /** @description Name of the scenario. */
                scenario?: string;
                /** @description One of its notifier schemes. */
                scheme?: string;
                /** @description Created at this time or later. */
                since?: string;
                /** @description Only those that are so. */
                status?: "queued" | "running" | "succeeded" | "failed" | "cancelled";
                /** @description Created before this time. */
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Lists sweeps, newest first, and finds them again. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SweepList"];
                };
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. STORE_FAILED: The store of the service does not work. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED" | "STORE_FAILED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    createSweep: {
        parameters: {
            query?: {
                /** @description Compute it even if there is a result for the same request. */
                fresh?: boolean;
            };
            header?: {
                /** @description The same key with the same body gets the first answer again; with another body it is refused. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description A comparison at every point of a grid, with the same seeds. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["SweepRequest"];
            };
        };
        responses: {
            /** @description Starts a sweep: a comparison at every point of a grid of parameters. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AcceptedJob"];
                };
            };
            /** @description BODY_MALFORMED: The body is not valid JSON. REQUEST_INVALID: The request does not have the shape that this call takes. BODY_TOO_DEEP: The body is nested deeper than this service takes. BODY_KEY_FORBIDDEN: The body has a key that no object may have. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "BODY_MALFORMED" | "REQUEST_INVALID" | "BODY_TOO_DEEP" | "BODY_KEY_FORBIDDEN";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than this service takes. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "BODY_TOO_LARGE";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description MEDIA_TYPE_UNSUPPORTED: The body has to be application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "MEDIA_TYPE_UNSUPPORTED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description IDEMPOTENCY_KEY_REUSED: This Idempotency-Key came before with another body. SWEEP_INVALID: The sweep cannot be run as it was asked for. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "IDEMPOTENCY_KEY_REUSED" | "SWEEP_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_SWEEPS: As many sweeps are unfinished as this service takes. RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "TOO_MANY_SWEEPS" | "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description STORE_FAILED: The store of the service does not work. OVERLOADED: The service has more to do than it can. STOPPING: The service is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "STORE_FAILED" | "OVERLOADED" | "STOPPING";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description STORE_FULL: The store of the service has no room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "STORE_FULL";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getSweep: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How far a sweep is, and its result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sweep"];
                };
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. STORE_FAILED: The store of the service does not work. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED" | "STORE_FAILED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteSweep: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Cancels a sweep that is queued or running; deletes one that has finished. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AcceptedJob"];
                };
            };
            /** @description Deleted. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. BODY_MALFORMED: The body is not valid JSON. BODY_TOO_DEEP: The body is nested deeper than this service takes. BODY_KEY_FORBIDDEN: The body has a key that no object may have. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID" | "BODY_MALFORMED" | "BODY_TOO_DEEP" | "BODY_KEY_FORBIDDEN";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than this service takes. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "BODY_TOO_LARGE";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description MEDIA_TYPE_UNSUPPORTED: The body has to be application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "MEDIA_TYPE_UNSUPPORTED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description STORE_FAILED: The store of the service does not work. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "STORE_FAILED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description STORE_FULL: The store of the service has no room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "STORE_FULL";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getSweepEvents: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description UPGRADE_REQUIRED: This address speaks WebSocket only. */
            426: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "UPGRADE_REQUIRED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_SUBSCRIBERS: As many streams are open as this service takes. RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "TOO_MANY_SUBSCRIBERS" | "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. STORE_FAILED: The store of the service does not work. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED" | "STORE_FAILED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getSweepResult: {
        parameters: {
            query?: {
                /** @description How the result is written. */
                format?: "json" | "csv" | "parquet";
            };
            header?: never;
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SweepResult"];
                    "application/vnd.apache.parquet": string;
                    "text/csv": string;
                };
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RESULT_MISSING: It has no result. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RESULT_MISSING";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. STORE_FAILED: The store of the service does not work. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED" | "STORE_FAILED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
    getSweepStream: {
        parameters: {
            query?: {
                /** @description Send what comes after this number. Default: everything that is kept. */
                sinceSeq?: number;
                /** @description Separated by commas, of stall, vcpu, notifier, operation, fault, lock, tlb, userfault, finding, progress. Default: all. */
                topics?: string;
            };
            header?: {
                /** @description As sinceSeq, and before it: what a browser sends by itself. */
                "last-event-id"?: string;
            };
            path: {
                /** @description As the POST gave it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Until it ends. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description The client has seen the end. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description REQUEST_INVALID: The request does not have the shape that this call takes. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "REQUEST_INVALID";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description ORIGIN_REFUSED: Pages of this origin may not call this service. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "ORIGIN_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: There is nothing with this id or name. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "NOT_FOUND";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description HOST_REFUSED: The service does not go by this name. */
            421: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "HOST_REFUSED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_SUBSCRIBERS: As many streams are open as this service takes. RATE_LIMITED: These are more requests than one client may send. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "TOO_MANY_SUBSCRIBERS" | "RATE_LIMITED";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description INTERNAL: The service has a bug. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "INTERNAL";
                    } & components["schemas"]["Problem"];
                };
            };
            /** @description OVERLOADED: The service has more to do than it can. STORE_FAILED: The store of the service does not work. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {string} */
                        code?: "OVERLOADED" | "STORE_FAILED";
                    } & components["schemas"]["Problem"];
                };
            };
        };
    };
}
