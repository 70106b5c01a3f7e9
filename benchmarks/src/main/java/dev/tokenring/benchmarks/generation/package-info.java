/** Language models under load: this project's engine and others that generate, each behind one facade. */
package dev.tokenring.benchmarks.generation;
