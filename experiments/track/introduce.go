package track

import (
	"maps"
	"slices"
)

// introduce finds the run on the server, or makes it, and says what it is. What a
// server refuses of that it would refuse again.
func (r *Run) introduce() error {
	if r.hopeless != nil {
		return r.hopeless
	}
	there, err := r.known()
	if err == nil && there == nil {
		there, err = r.create()
	}
	if err == nil {
		err = r.describe(there)
	}
	if err == nil {
		r.remote = there
		return nil
	}
	if lasting(err) {
		r.hopeless = err
		r.count(0, len(r.options.Params)+len(r.options.Tags), err)
	}
	return err
}

// known is the run that the run's folder names, or nil where the server has it no
// more.
func (r *Run) known() (*remote, error) {
	id := readKept(r.options.File, r.options.Server, r.options.Experiment)
	if id == "" {
		return nil, nil
	}
	there, err := r.server.find(r.ctx, id)
	if refused(err, unknown) || err == nil && there.deleted {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return there, r.server.resume(r.ctx, id)
}

func (r *Run) create() (*remote, error) {
	experiment, err := r.server.experiment(r.ctx, r.options.Experiment)
	if err != nil {
		return nil, err
	}
	there, err := r.server.create(r.ctx, experiment, r.options.Name, r.clock.now())
	if err != nil {
		return nil, err
	}
	err = kept{r.options.Server, r.options.Experiment, there.id}.write(r.options.File)
	if err != nil { // without it every sitting would be another run there
		return nil, &refusal{says: "its id cannot be kept in " + r.options.File + ": " + err.Error()}
	}
	return there, nil
}

// describe sends the tags and params. Those that are refused are lost, and the rest
// of the run is not.
func (r *Run) describe(there *remote) error {
	params, now := changes(r.options.Params, there)
	var parts []batch
	for part := range slices.Chunk(slices.Concat(r.options.Tags, now), mostPairs) {
		parts = append(parts, batch{Run: there.id, Tags: part})
	}
	for part := range slices.Chunk(params, mostPairs) {
		parts = append(parts, batch{Run: there.id, Params: part})
	}
	lost, why := 0, error(nil)
	for _, b := range parts {
		err := r.server.log(r.ctx, b)
		if err != nil && !lasting(err) {
			return err
		}
		if err != nil {
			lost, why = lost+len(b.Tags)+len(b.Params), err
		}
	}
	r.count(len(r.options.Params)+len(r.options.Tags)+len(now)-lost, lost, why)
	return nil
}

// changes is which params the server does not have yet. It lets none be changed, so
// what another sitting has otherwise, such as how a trained run is scored, becomes the
// tag now.KEY, which has "default" where the param is not said any more.
func changes(params []Pair, there *remote) (missing, now []Pair) {
	said := map[string]bool{}
	note := func(p Pair) {
		before, known := there.params[p.Key]
		_, noted := there.tags["now."+p.Key]
		switch {
		case !known:
			missing = append(missing, p)
		case before != p.Value || noted:
			now = append(now, Pair{"now." + p.Key, p.Value})
		}
		said[p.Key] = true
	}
	for _, p := range params {
		note(p)
	}
	for _, key := range slices.Sorted(maps.Keys(there.params)) {
		if !said[key] {
			note(Pair{key, "default"})
		}
	}
	return missing, now
}
