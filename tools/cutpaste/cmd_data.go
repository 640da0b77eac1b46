package main

import "github.com/spf13/cobra"

func (a *app) dataCommand() *cobra.Command {
	return group("data", "Check folders of pictures, or draw sets and defects to try things on", help{
		about: `
Look after pictures. They lie in folders as MVTec AD has them; PNG, JPEG, BMP
and TIFF are read, of any size and depth:

  ROOT/CATEGORY/train/good/*.png                 normal, to learn from
  ROOT/CATEGORY/test/good/*.png                  normal, to test with
  ROOT/CATEGORY/test/DEFECT/*.png                anomalous
  ROOT/CATEGORY/ground_truth/DEFECT/*_mask.png   where, if that is known`,
		examples: `
  cutpaste data check mvtec
  cutpaste data synth drawn
  cutpaste data defects mvtec table6`,
		status: []exit{done, failed, wrong, interrupted},
	}, a.dataCheckCommand(), a.dataSynthCommand(), a.dataDefectsCommand())
}
