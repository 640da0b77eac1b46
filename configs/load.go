package configs

import (
	"path/filepath"
	"strings"

	"github.com/spf13/viper"
)

// Load lays the four layers over each other: the defaults, the YAML file, the
// environment (strings as os.Environ gives them) and key=value arguments. An
// empty file name leaves the file out. A Name that no layer sets is the file's
// base name. Every error is an *Error.
func Load(file string, overrides []string, environ []string) (*Config, error) {
	fromFile := values{}
	if file != "" {
		text, err := readFile(file)
		if err != nil {
			return nil, err
		}
		if fromFile, err = parseYAML(text, file); err != nil {
			return nil, err
		}
	}
	fromEnv, err := fromEnviron(environ)
	if err != nil {
		return nil, err
	}
	fromArgs, err := fromArguments(overrides)
	if err != nil {
		return nil, err
	}
	return resolve(file, fromFile, fromEnv, fromArgs)
}

// Parse reads a configuration from YAML alone, such as the config.yaml of a run
// folder: Parse(c.YAML(), ...) equals c. The name stands in errors for the
// file's. Keys that are not there have their defaults. Every error is an *Error.
func Parse(yaml []byte, name string) (*Config, error) {
	layer, err := parseYAML(yaml, name)
	if err != nil {
		return nil, err
	}
	return resolve(name, layer, nil, nil)
}

// resolve merges the layers with viper, whose own order of precedence is the one
// wanted here (override, then configuration, then default), and checks what
// comes out as a whole. Keys go in flat, with their dots, so that a key of one
// layer can only ever meet the same key of another.
func resolve(file string, fromFile, fromEnv, fromArgs values) (*Config, error) {
	v := viper.New()
	for _, f := range schema {
		v.SetDefault(f.name, f.def)
	}
	for _, layer := range []values{fromFile, fromEnv} {
		if err := v.MergeConfigMap(layer); err != nil {
			return nil, &Error{Source: file, Msg: "the layers cannot be merged: " + err.Error(), cause: err}
		}
	}
	for key, value := range fromArgs {
		v.Set(key, value)
	}

	c := new(Config)
	for _, f := range schema {
		f.set(c, v.Get(f.name))
	}
	_, inFile := fromFile["train.steps"]
	_, inEnv := fromEnv["train.steps"]
	_, inArgs := fromArgs["train.steps"]
	if err := c.settlePhases(inFile || inEnv || inArgs); err != nil {
		return nil, err
	}
	if c.Name == "" {
		c.Name = nameOf(file)
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	return c, nil
}

// nameOf is the base name of a file without its extension, or default where that
// is no folder name.
func nameOf(file string) string {
	base := strings.TrimSpace(strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)))
	if file == "" || base == "" || !folderName.ok(base) {
		return "default"
	}
	return base
}
