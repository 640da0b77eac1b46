// Package track tells an MLflow tracking server of runs, over its REST interface
// (api/2.0/mlflow, and the proxy for artifacts, api/2.0/mlflow-artifacts). It knows
// nothing of what a run is: parameters, tags, numbers over updates, results and
// files come from the caller.
//
//	Start    experiments/get-by-name, experiments/create, runs/create; or runs/get
//	         and runs/update, where the run's folder names a run that is there
//	         then params and tags: runs/log-batch, at most 100 at a time
//	Log      metrics over updates: runs/log-batch, at most 1,000 at a time
//	Result   metrics of the end, likewise
//	File     PUT mlflow-artifacts/artifacts/...
//	End      runs/update
//
// The job never waits for the server. What it says goes into a bounded queue, and
// one goroutine a run sends it, with a limit of time for each request. A server that
// does not answer, or answers with 5xx, is tried again, ever less often; an item that
// it refuses is dropped. Only [Wait], at the end, waits for what is left, as long as
// its context lets it. What was lost until then is counted and said in one note;
// before that, one note says that a server does not answer.
//
// A run that goes on later, of which [Options].File keeps the server's id, goes on
// there too: what the server has of a curve is not sent again. A server that does not
// know the run any more gets a new one, and what was measured before.
//
// The server is told who is asking as MLflow's own client does it: by
// MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN,
// from the environment. They go into no file and no sentence.
package track
