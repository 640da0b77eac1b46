// Package suite carries out many jobs as one experiment, such as a table of a paper:
// methods, which are named sets of changes to one configuration, times categories times
// seeds. What is finished is skipped, what was cut off goes on, and a job that fails
// stops no other.
//
//	OUT/NAME/
//	  suite.json                     what the suite is, resolved: tables need no more
//	  results.csv                    a row a number: see package results
//	  METHOD/CATEGORY/seed-N/        the runs: see package run
//	    log.txt                      what the job printed, over all sittings
//	  fingerprints.json              of the pictures, by the sizes and times of their files
package suite
