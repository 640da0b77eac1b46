package configs

import (
	"fmt"
	"strings"

	"github.com/cutpaste/cutpaste/configs/say"
)

// envPrefix begins the environment variables that set keys: CUTPASTE_ and the
// key in capitals with _ for every dot, such as CUTPASTE_TRAIN_STEPS.
const envPrefix = "CUTPASTE_"

// These variables begin alike but are read elsewhere in the program.
var reservedEnv = map[string]bool{
	"CUTPASTE_WEIGHTS": true, // no key: net.weights is CUTPASTE_NET_WEIGHTS
	"CUTPASTE_CACHE":   true, // no key: data.cache is CUTPASTE_DATA_CACHE
}

func envName(key string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}

// fromEnviron reads a layer from strings NAME=value as os.Environ gives them. An
// empty variable counts as not set, as a shell user expects of NAME= command;
// the first of two of the same name counts, as for os.Getenv.
func fromEnviron(environ []string) (values, error) {
	byName := map[string]*field{}
	for _, f := range schema {
		byName[envName(f.name)] = f
	}
	layer := values{}
	for _, entry := range environ {
		name, text, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, envPrefix) || reservedEnv[name] {
			continue
		}
		f := byName[name]
		if f == nil {
			key := strings.ToLower(strings.TrimPrefix(name, envPrefix))
			near, _ := nearest(key, keyNames())
			for i, k := range near {
				near[i] = envName(k)
			}
			return nil, &Error{Source: "environment", Msg: fmt.Sprintf("the variable %s belongs to no key; did you mean %s?", name, orList(near))}
		}
		if _, before := layer[f.name]; before || text == "" {
			continue
		}
		v, err := f.fromText(text)
		if err != nil {
			return nil, &Error{Key: f.name, Source: "environment variable " + name, Msg: err.Error()}
		}
		layer[f.name] = v
	}
	return layer, nil
}

// fromArguments reads a layer from key=value arguments. The last of two for the
// same key counts.
func fromArguments(args []string) (values, error) {
	layer := values{}
	for _, arg := range args {
		source := "argument " + say.Quote(arg)
		name, text, found := strings.Cut(arg, "=")
		name = strings.TrimSpace(name)
		f, section := lookup(name)
		switch {
		case !found && f != nil:
			return nil, &Error{Key: name, Source: source, Msg: fmt.Sprintf("the value is missing; write %s=%s", name, f.format(f.def))}
		case !found:
			return nil, &Error{Source: source, Msg: "this is not of the form key=value; write for example train.steps=1024"}
		case section != nil:
			return nil, &Error{Key: name, Source: source, Msg: sectionMessage(name, section)}
		case f == nil:
			return nil, &Error{Key: name, Source: source, Msg: unknown(name, false)}
		}
		v, err := f.fromText(text)
		if err != nil {
			return nil, &Error{Key: name, Source: source, Msg: err.Error()}
		}
		layer[name] = v
	}
	return layer, nil
}
